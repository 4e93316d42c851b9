import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findBarriers, keepPicture, startConsole, type ConsoleRig } from '../rigs/console.ts';
import { MOCK_TEXT } from '../rigs/mock-answers.ts';
import { startReeve } from '../rigs/reeve.ts';

const FAULTS = ['echo', 'endless', 'error-middle', 'half-frame', 'slow-frames', 'status-500', 'flaky-500-1'];
let rig: ConsoleRig;

beforeAll(async () => {
  rig = await startConsole({ faults: FAULTS });
});
afterAll(() => rig.close());
afterEach(() => expect(rig.faults()).toEqual([]));

const field = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const thread = (page: Page) => page.getByRole('region', { name: 'Conversation' });
const openChat = (model: string, more = '') => rig.open(`/work/chat?model=${model}${more}`);

async function ask(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press('Enter');
}

/** No part of the page stands out to the side. */
async function expectFits(page: Page): Promise<void> {
  const over = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(over).toBeLessThanOrEqual(0);
}

describe('a newcomer', () => {
  it('gets from the one-time link to a streamed answer with its receipt, before any provider is there', async () => {
    const bare = await startReeve();
    try {
      const { stdout } = await bare.home.cli('login', '--json');
      const { path } = JSON.parse(stdout) as { path: string };
      const page = await rig.open(bare.baseUrl + path, { signedIn: false });
      await page.getByRole('button', { name: 'Enter' }).click();
      await page.getByText('No model is connected yet').waitFor();
      await keepPicture(page, 'chat-welcome');
      expect(await findBarriers(page)).toEqual([]);
      await ask(page, 'What is a tally stick?');
      await thread(page).getByText('You asked: “What is a tally stick?”').waitFor();
      await thread(page).getByRole('button', { name: 'Receipt' }).click();
      const panel = page.getByRole('complementary', { name: 'Receipt' });
      await panel.getByText('templates/hello').waitFor();
      await panel.getByText('ok', { exact: true }).waitFor();
      await keepPicture(page, 'chat-first-answer');
      await expectFits(page);
      expect(await findBarriers(page)).toEqual([]);
    } finally {
      await bare.close();
    }
  });
});

describe('an answer', () => {
  it('shows its exact cost, tokens, route and receipt, and is there after a reload', async () => {
    const page = await openChat('good');
    await ask(page, 'How long is a stick?');
    await thread(page).getByText(MOCK_TEXT).waitFor();
    // 11 tokens at 150 nanos and 9 at 600.
    await thread(page).getByText('$0.00000705').waitFor();
    await thread(page).getByText('11 + 9 tokens').waitFor();
    await thread(page).getByText('mock/good').waitFor();
    await page.reload();
    await thread(page).getByText(MOCK_TEXT).waitFor();
    await thread(page).getByText('$0.00000705').waitFor();
    await keepPicture(page, 'chat-answer');
    expect(await page.title()).toBe('How long is a stick? · Reeve');
  });
});

describe('what one can do with an answer', () => {
  it('stops with Escape, keeps what came, and goes on behind it', async () => {
    const page = await openChat('endless');
    await ask(page, 'Never end');
    await thread(page).getByText('The stick').or(thread(page).getByText('The The')).first().waitFor();
    await page.keyboard.press('Escape');
    await thread(page).getByText('You stopped this answer').waitFor();
    await page.reload();
    await thread(page).getByText('This answer is not whole').waitFor();
    await keepPicture(page, 'chat-stopped');
    expect(await findBarriers(page)).toEqual([]);
    expect(rig.mock.requestsTo('endless').at(-1)?.closedEarlyMs).not.toBeNull();
    await page.getByRole('button', { name: 'Model: endless' }).click();
    await page.getByRole('option', { name: 'good' }).click();
    await thread(page).getByRole('button', { name: 'Continue' }).click();
    await thread(page).getByText('Go on exactly where you broke off.').waitFor();
    await thread(page).getByText(MOCK_TEXT).waitFor();
    const { messages } = JSON.parse(rig.mock.requestsTo('good').at(-1)?.body.toString() ?? '{}');
    expect(messages.map(({ role }: { role: string }) => role)).toEqual(['user', 'assistant', 'user']);
  });

  it('is asked once more, and a question is changed: both leave branches', async () => {
    const page = await openChat('echo');
    await ask(page, 'first words');
    await thread(page).getByRole('article').filter({ hasText: 'echo' }).getByText('first words').waitFor();
    await thread(page).getByRole('button', { name: 'Ask once more' }).click();
    const answers = page.getByRole('group', { name: 'Answers to this question' });
    await answers.getByText('2/2').waitFor();
    await answers.getByRole('button', { name: 'Previous version' }).click();
    await answers.getByText('1/2').waitFor();
    await thread(page).getByRole('button', { name: 'Edit the question' }).click();
    await thread(page).getByRole('textbox', { name: 'Edit the question' }).fill('other words');
    await keepPicture(page, 'chat-edit');
    await thread(page).getByRole('button', { name: 'Ask', exact: true }).click();
    await thread(page).getByRole('article').filter({ hasText: 'echo' }).getByText('other words').waitFor();
    const questions = page.getByRole('group', { name: 'Versions of this question' });
    await questions.getByText('2/2').waitFor();
    expect(await thread(page).getByText('first words').count()).toBe(0);
    await keepPicture(page, 'chat-branch');
    expect(await findBarriers(page)).toEqual([]);
    await questions.getByRole('button', { name: 'Previous version' }).click();
    await answers.getByText('2/2').waitFor();
    await page.reload();
    await questions.getByText('1/2').waitFor();
  });

  it('comes from two models side by side, and the conversation goes on from the chosen one', async () => {
    const page = await openChat('good', '&beside=echo');
    await ask(page, 'said by the other');
    const good = thread(page).getByRole('article').filter({ hasText: MOCK_TEXT });
    const echo = thread(page)
      .getByRole('article')
      .filter({ has: page.getByRole('heading', { name: /echo/ }) });
    await good.getByText('$0.00000705').waitFor();
    await echo.getByText('said by the other').waitFor();
    await keepPicture(page, 'chat-beside');
    expect(await findBarriers(page)).toEqual([]);
    const other = thread(page).getByRole('button', { name: 'Go on from this one' });
    const wasGood = (await good.getByText('goes on here').count()) === 1;
    await other.click();
    await (wasGood ? echo : good).getByText('goes on here').waitFor();
    await ask(page, 'and then');
    await thread(page).getByText('and then').nth(1).waitFor();
    const { messages } = JSON.parse(rig.mock.requestsTo('echo').at(-1)?.body.toString() ?? '{}');
    expect(messages[1].content).toBe(wasGood ? 'said by the other' : MOCK_TEXT);
  });
});

describe('what goes wrong', () => {
  it('keeps what came when the stream breaks off, and says so', async () => {
    for (const model of ['half-frame', 'error-middle']) {
      const page = await openChat(model);
      await ask(page, `break by ${model}`);
      await thread(page).getByText('The connection was lost').waitFor();
      await keepPicture(page, `chat-${model}`);
      await page.reload();
      await thread(page).getByText('This answer is not whole').waitFor();
      await thread(page).getByRole('button', { name: 'Receipt' }).waitFor();
      await page.close();
    }
  });

  it('says why a call was refused, in its place, and tries again', async () => {
    const page = await openChat('status-500');
    await ask(page, 'refuse this');
    await thread(page).getByRole('alert').waitFor();
    await keepPicture(page, 'chat-refused');
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Model: status-500' }).click();
    await page.getByRole('option', { name: 'good' }).click();
    await page.reload();
    await thread(page).getByRole('button', { name: 'Ask again' }).click();
    await thread(page).getByText(MOCK_TEXT).waitFor();
  });

  it('tells of another window that was first, and loses no word', async () => {
    const page = await openChat('good');
    await ask(page, 'from both windows');
    await thread(page).getByText(MOCK_TEXT).waitFor();
    const second = await page.context().newPage();
    await second.goto(page.url());
    await ask(second, 'the second window');
    await thread(second).getByText(MOCK_TEXT).nth(1).waitFor();
    // The first window has heard nothing: only its focus would make it look.
    await page.evaluate('Object.defineProperty(document, "visibilityState", { value: "hidden" })');
    await ask(page, 'the first window');
    await page.getByText('Another window changed this conversation').waitFor();
    await thread(page).getByText('the second window').waitFor();
    expect(await field(page).inputValue()).toBe('the first window');
    await keepPicture(page, 'chat-conflict');
    await field(page).press('Enter');
    await thread(page).getByText('the first window').waitFor();
    await thread(page).getByText(MOCK_TEXT).nth(2).waitFor();
  });
});
