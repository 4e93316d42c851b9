/** How a person uses the page Work → Chat. */
import type { Locator, Page } from 'playwright-core';
import type { ConsoleRig } from '../rigs/console.ts';

export const messageField = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' });
export const threadOf = (page: Page): Locator => page.getByRole('region', { name: 'Conversation', exact: true });

export function openChat(rig: ConsoleRig, model: string, more = ''): Promise<Page> {
  return rig.open(`/work/chat?model=${model}${more}`);
}

/** The answers of one model. */
export function answersOf(page: Page, model: string): Locator {
  const name = new RegExp(`^Answer of\\s*${model}\\b`);
  return threadOf(page)
    .getByRole('article')
    .filter({ has: page.getByRole('heading', { name }) });
}

export async function ask(page: Page, text: string): Promise<void> {
  await messageField(page).fill(text);
  await page.getByRole('button', { name: 'Ask', exact: true }).and(page.locator(':enabled')).waitFor();
  await messageField(page).press('Enter');
}

export async function pickModel(page: Page, from: string, to: string): Promise<void> {
  await page.getByRole('button', { name: `Model: ${from}`, exact: true }).click();
  await page.getByRole('option', { name: to }).first().click();
}
