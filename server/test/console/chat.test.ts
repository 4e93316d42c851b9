import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answersOf, ask, messageField, openChat, pickModel, threadOf } from './chat-page.ts';
import { findBarriers, findOverflow, keepPicture, startConsole, type ConsoleRig } from '../rigs/console.ts';
import { MOCK_TEXT } from '../rigs/mock-answers.ts';
import { startReeve } from '../rigs/reeve.ts';

let rig: ConsoleRig;

beforeAll(async () => {
  rig = await startConsole({ faults: ['echo', 'endless'] });
});
afterAll(() => rig.close());
afterEach(() => expect(rig.faults()).toEqual([]));

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
      await threadOf(page).getByText('You asked: “What is a tally stick?”').waitFor();
      await threadOf(page).getByRole('button', { name: 'Receipt' }).click();
      const panel = page.getByRole('complementary', { name: 'Receipt' });
      await panel.getByText('templates/hello').first().waitFor();
      await panel.getByText('ok', { exact: true }).waitFor();
      await keepPicture(page, 'chat-first-answer');
      expect(await findOverflow(page)).toBe(0);
      expect(await findBarriers(page)).toEqual([]);
    } finally {
      await bare.close();
    }
  });
});

describe('an answer', () => {
  it('shows its exact cost, tokens, route and receipt, and is there after a reload', async () => {
    const page = await openChat(rig, 'good');
    await ask(page, 'How long is a stick?');
    await threadOf(page).getByText(MOCK_TEXT).waitFor();
    // 11 tokens at 150 nanos and 9 at 600.
    await threadOf(page).getByText('$0.00000705').waitFor();
    await threadOf(page).getByText('11 + 9 tokens').waitFor();
    await threadOf(page).getByText('mock/good').waitFor();
    await page.reload();
    await threadOf(page).getByText(MOCK_TEXT).waitFor();
    await threadOf(page).getByText('$0.00000705').waitFor();
    await keepPicture(page, 'chat-answer');
    expect(await page.title()).toBe('How long is a stick? · Reeve');
  });
});

describe('the figures under an answer', () => {
  it("are the receipt's from the first, and the same after a reload", async () => {
    const page = await openChat(rig, 'good');
    // On a slow line the window measures more than Reeve does.
    await page.route('**/v1/chat/completions', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await route.continue();
    });
    await ask(page, 'How old is a stick?');
    const times = threadOf(page).getByText(/first word after/);
    await times.waitFor();
    const before = await times.textContent();
    await page.reload();
    await times.waitFor();
    expect(await times.textContent()).toBe(before);
  });
});

describe('what one can do with an answer', () => {
  it('stops with Escape, keeps what came, and goes on behind it', async () => {
    const page = await openChat(rig, 'endless');
    await ask(page, 'Never end');
    await threadOf(page).getByText('The stick').or(threadOf(page).getByText('The The')).first().waitFor();
    await page.keyboard.press('Escape');
    await threadOf(page).getByText('You stopped this answer').waitFor();
    await page.reload();
    await threadOf(page).getByText('This answer is not whole').waitFor();
    await keepPicture(page, 'chat-stopped');
    expect(await findBarriers(page)).toEqual([]);
    expect(rig.mock.requestsTo('endless').at(-1)?.closedEarlyMs).not.toBeNull();
    await pickModel(page, 'endless', 'good');
    await threadOf(page).getByRole('button', { name: 'Continue' }).click();
    await threadOf(page).getByText('Go on exactly where you broke off.').waitFor();
    await threadOf(page).getByText(MOCK_TEXT).waitFor();
    const { messages } = JSON.parse(rig.mock.requestsTo('good').at(-1)?.body.toString() ?? '{}');
    expect(messages.map(({ role }: { role: string }) => role)).toEqual(['user', 'assistant', 'user']);
  });

  it('is asked once more, and a question is changed: both leave branches', async () => {
    const page = await openChat(rig, 'echo');
    await ask(page, 'first words');
    await answersOf(page, 'echo').getByText('first words').waitFor();
    await threadOf(page).getByRole('button', { name: 'Ask once more' }).click();
    const answers = page.getByRole('group', { name: 'Answers to this question' });
    await answers.getByText('2/2').waitFor();
    await answers.getByRole('button', { name: 'Previous version' }).click();
    await answers.getByText('1/2').waitFor();
    await threadOf(page).getByRole('button', { name: 'Edit the question' }).click();
    await threadOf(page).getByRole('textbox', { name: 'Edit the question' }).fill('other words');
    await keepPicture(page, 'chat-edit');
    await threadOf(page).getByRole('button', { name: 'Ask', exact: true }).click();
    await answersOf(page, 'echo').getByText('other words').waitFor();
    const questions = page.getByRole('group', { name: 'Versions of this question' });
    await questions.getByText('2/2').waitFor();
    expect(await threadOf(page).getByText('first words').count()).toBe(0);
    await keepPicture(page, 'chat-branch');
    expect(await findBarriers(page)).toEqual([]);
    await questions.getByRole('button', { name: 'Previous version' }).click();
    await answers.getByText('2/2').waitFor();
    await page.reload();
    await questions.getByText('1/2').waitFor();
  });

  it('comes from two models side by side, and the conversation goes on from the chosen one', async () => {
    const page = await openChat(rig, 'good', '&beside=echo');
    await ask(page, 'said by the other');
    const good = threadOf(page).getByRole('article').filter({ hasText: MOCK_TEXT });
    const echo = threadOf(page)
      .getByRole('article')
      .filter({ has: page.getByRole('heading', { name: /echo/ }) });
    await good.getByText('$0.00000705').waitFor();
    await echo.getByText('said by the other').waitFor();
    await keepPicture(page, 'chat-beside');
    expect(await findBarriers(page)).toEqual([]);
    const other = threadOf(page).getByRole('button', { name: 'Go on from this one' });
    const wasGood = (await good.getByText('goes on here').count()) === 1;
    await other.click();
    await (wasGood ? echo : good).getByText('goes on here').waitFor();
    await ask(page, 'and then');
    await threadOf(page).getByText('and then').nth(1).waitFor();
    const { messages } = JSON.parse(rig.mock.requestsTo('echo').at(-1)?.body.toString() ?? '{}');
    expect(messages[1].content).toBe(wasGood ? 'said by the other' : MOCK_TEXT);
  });
});

describe('conversations', () => {
  it('are searched, renamed and deleted, and keep what one began to write', async () => {
    const page = await openChat(rig, 'echo');
    await ask(page, 'the heron stands in the reeds');
    await answersOf(page, 'echo').getByText('the heron').waitFor();
    await messageField(page).fill('half a thought');
    await page.getByRole('button', { name: 'New conversation' }).click();
    expect(await messageField(page).inputValue()).toBe('');
    await page.getByRole('searchbox', { name: 'Search conversations' }).fill('HERON');
    const list = page.getByRole('navigation', { name: 'Conversations' });
    await expect.poll(() => list.getByRole('listitem').count()).toBe(1);
    await list.getByRole('button', { name: 'the heron', exact: false }).first().click();
    await page.reload();
    expect(await messageField(page).inputValue()).toBe('half a thought');
    await list.getByRole('button', { name: /^More of/ }).click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.getByRole('textbox', { name: 'Title' }).fill('Birds');
    await keepPicture(page, 'chat-rename');
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Birds' }).waitFor();
    await list.getByRole('button', { name: 'More of “Birds”' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('The conversation is deleted.').waitFor();
    await list.getByText('Nothing of yours holds this text.').waitFor();
    expect(new URL(page.url()).searchParams.has('id')).toBe(false);
  });
});
