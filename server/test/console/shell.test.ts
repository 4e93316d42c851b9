/** The frame around the pages: the way in, the keyboard, languages and themes, small windows, a server that is away. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  CONSOLE_PAGES,
  findBarriers,
  findOverflow,
  keepPicture,
  settle,
  startConsole,
  type ConsoleRig,
} from '../rigs/console.ts';

const FIRST_LOAD_BYTES = 250_000;

let rig: ConsoleRig;
beforeAll(async () => {
  rig = await startConsole();
});
afterAll(() => rig.close());
afterEach(() => expect(rig.faults()).toEqual([]));

/** Waits for the page of this title. */
async function expectTitle(page: Page, name: string): Promise<void> {
  await expect.poll(() => page.getByRole('heading', { level: 1 }).allInnerTexts(), { timeout: 15_000 }).toEqual([name]);
}

describe('the way in', () => {
  it('is the one-time link, which opening alone does not use up', async () => {
    const link = await rig.makeLink();
    const passerBy = await rig.open(link, { signedIn: false });
    await passerBy.getByRole('button', { name: 'Enter' }).waitFor();
    const page = await rig.open(link, { signedIn: false });
    await page.getByRole('button', { name: 'Enter' }).waitFor();
    await keepPicture(page, 'sign-in');
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Enter' }).click();
    await page.waitForURL(/work\/chat/);
    await passerBy.getByRole('button', { name: 'Enter' }).click();
    await passerBy.getByRole('alert').waitFor();
    expect(await passerBy.getByRole('button', { name: 'Enter' }).count()).toBe(0);
    await passerBy.getByLabel('E-mail').fill('nobody@example.com');
    await passerBy.getByLabel('Password').fill('not a password');
    expect(await findBarriers(passerBy)).toEqual([]);
    await passerBy.getByRole('button', { name: 'Sign in', exact: true }).click();
    await passerBy.getByText('The login name or the password is wrong.').waitFor();
  });

  it('is in the language that one chooses there, from then on', async () => {
    const page = await rig.open('/sign-in', { signedIn: false, width: 320, height: 640 });
    await page.getByLabel('Language').selectOption('Українська');
    await expectTitle(page, 'Вхід до Reeve');
    expect(await page.evaluate('document.documentElement.lang')).toBe('uk');
    expect(await findBarriers(page)).toEqual([]);
    expect(await findOverflow(page)).toBe(0);
    await keepPicture(page, 'sign-in-uk');
    await page.reload();
    await expectTitle(page, 'Вхід до Reeve');
    await page.getByLabel('Мова').selectOption('English');
    await expectTitle(page, 'Sign in to Reeve');
  });

  it('leads back to the page that was asked for', async () => {
    const page = await rig.open('/prove/receipts?status=failed', { signedIn: false });
    await page.waitForURL(/sign-in/);
    await page.context().request.post('/api/v1/sign-in', {
      data: { token: new URL(await rig.makeLink(), 'http://reeve').searchParams.get('token') },
    });
    await page.goto(new URL(page.url()).searchParams.get('next') ?? '/');
    await expectTitle(page, 'Receipts');
  });
});

describe('an address that is not there', () => {
  it('is the console’s own page, which leads home', async () => {
    const page = await rig.open('/nonsense', { width: 320, height: 640 });
    await expectTitle(page, 'There is no such page for you');
    expect(await findBarriers(page)).toEqual([]);
    expect(await findOverflow(page)).toBe(0);
    await keepPicture(page, 'lost-page');
    await page.getByRole('link', { name: 'To the first page' }).click();
    await page.waitForURL(/work\/chat/);
  });

  it('says so to whoever is not signed in, too', async () => {
    const page = await rig.open('/nonsense', { signedIn: false });
    await expectTitle(page, 'There is no such page for you');
    expect(await findBarriers(page)).toEqual([]);
    await keepPicture(page, 'lost-page-stranger');
    await page.getByRole('link', { name: 'To the first page' }).click();
    await page.waitForURL(/sign-in/);
  });
});

describe('the keyboard', () => {
  it('goes everywhere', async () => {
    const page = await rig.open('/govern/keys');
    await expectTitle(page, 'Keys');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement?.id')).toBe('main');
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await expectTitle(page, 'Receipts');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('memb');
    expect(await findBarriers(page)).toEqual([]);
    await keepPicture(page, 'palette');
    await page.keyboard.press('Enter');
    await expectTitle(page, 'Members');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('no such page');
    await page.getByText('Nothing has this name.').waitFor();
    const id = `rcp_${'0'.repeat(26)}`;
    await page.getByRole('combobox').fill(id);
    await page.getByRole('option', { name: `Open the receipt ${id}` }).waitFor();
    expect(await page.getByText('Nothing has this name.').count()).toBe(0);
    await page.keyboard.press('Escape');
  });
});

describe('what a person prefers', () => {
  it('is kept: language and theme', async () => {
    const page = await rig.open('/design');
    const choose = async (name: string): Promise<void> => {
      await page.locator('footer').getByRole('button').last().click();
      await page.getByRole('menuitemradio', { name }).or(page.getByRole('menuitem', { name })).first().click();
    };
    await choose('Dark');
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark');
    for (const [tag, name, title] of [
      ['uk', 'Українська', 'Ключі'],
      ['ru', 'Русский', 'Ключи'],
      ['de', 'Deutsch', 'Schlüssel'],
    ] as const) {
      await choose(name);
      await expect.poll(() => page.getByRole('navigation').innerText(), { timeout: 10_000 }).toContain(title);
      expect(await page.locator('html').getAttribute('lang')).toBe(tag);
    }
    await page.reload();
    await page.getByRole('link', { name: 'Schlüssel' }).waitFor();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  });
});

describe('each page', () => {
  it.each(CONSOLE_PAGES)('%s fits a phone and a zoom of 400 percent, without barriers', async (path) => {
    const page = await rig.open(path, { width: 320, height: 640 });
    await settle(page);
    const wider = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    expect(wider).toBeLessThanOrEqual(0);
    expect(await findBarriers(page)).toEqual([]);
    await keepPicture(page, `phone${path.replaceAll('/', '-')}`);
    await page.context().close();
  });

  it.each(CONSOLE_PAGES)('%s loads at most 250 kB of script', async (path) => {
    const page = await rig.open(path);
    await settle(page);
    const bytes = await page.evaluate(
      `performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js'))
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`,
    );
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThanOrEqual(FIRST_LOAD_BYTES);
    await page.context().close();
  });

  it('that is not there says so, and leads home', async () => {
    const page = await rig.open('/operate/nothing');
    await expectTitle(page, 'There is no such page for you');
    await page.getByRole('link', { name: 'To the first page' }).click();
    await expectTitle(page, 'Chat');
  });
});

describe('a server that is away', () => {
  it('is told, and told to be back', async () => {
    const page = await rig.open('/design');
    await expectTitle(page, 'Design system');
    await page.context().setOffline(true);
    await page.getByText('The server does not answer').waitFor({ timeout: 40_000 });
    expect(await findBarriers(page)).toEqual([]);
    await page.context().setOffline(false);
    await page.getByText('The server does not answer').waitFor({ state: 'detached', timeout: 40_000 });
  });
});
