import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answersOf, ask, messageField, openChat, pickModel, threadOf } from './chat-page.ts';
import { findBarriers, keepPicture, startConsole, type ConsoleRig } from '../rigs/console.ts';
import { MOCK_TEXT } from '../rigs/mock-answers.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startReeve } from '../rigs/reeve.ts';

let rig: ConsoleRig;

beforeAll(async () => {
  rig = await startConsole({
    faults: ['error-middle', 'status-500'],
    aliases: { sturdy: ['f-status-500/status-500', 'mock/good'] },
  });
});
afterAll(() => rig.close());
afterEach(() => expect(rig.faults()).toEqual([]));

describe('what goes wrong', () => {
  it('keeps what came when the provider breaks off, and says so', async () => {
    const page = await openChat(rig, 'error-middle');
    await ask(page, 'break off');
    await threadOf(page).getByText('the engine overheated').waitFor();
    await keepPicture(page, 'chat-lost');
    expect(await findBarriers(page)).toEqual([]);
    await page.reload();
    await threadOf(page).getByText('This answer is not whole').waitFor();
    expect(await answersOf(page, 'error-middle').textContent()).toContain('The stick');
  });

  it('keeps an answer in the page while Reeve itself is gone, and saves it when it is back', async () => {
    const own = await startReeve({ config: mockConfig(rig.mock, ['endless']) });
    const { path } = JSON.parse((await own.home.cli('login', '--json')).stdout) as { path: string };
    const page = await rig.open(own.baseUrl + path, { signedIn: false });
    await page.getByRole('button', { name: 'Enter' }).click();
    await page.waitForURL(/work\/chat/);
    await page.goto(`${own.baseUrl}/work/chat?model=endless`);
    await ask(page, 'until it is gone');
    await answersOf(page, 'endless').getByText('The The').waitFor();
    await own.kill();
    await threadOf(page).getByText('could not be kept').waitFor();
    await keepPicture(page, 'chat-unsaved');
    expect(await answersOf(page, 'endless').textContent()).toContain('The The');
    const again = await own.home.start({ REEVE_PORT: String(own.port) });
    await threadOf(page).getByRole('button', { name: 'Try again' }).click();
    await threadOf(page).getByText('The connection was lost').waitFor();
    await page.reload();
    await threadOf(page).getByText('This answer is not whole').waitFor();
    await again.stop();
    await own.home.dispose();
  });

  it('says why a call was refused, in its place, and tries again', async () => {
    const page = await openChat(rig, 'status-500');
    await ask(page, 'refuse this');
    await threadOf(page).getByRole('alert').waitFor();
    await keepPicture(page, 'chat-refused');
    expect(await findBarriers(page)).toEqual([]);
    await threadOf(page).getByRole('button', { name: 'Receipt' }).click();
    const panel = page.getByRole('complementary', { name: 'Receipt' });
    await panel.getByText('failed', { exact: true }).waitFor();
    await keepPicture(page, 'chat-refused-receipt');
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'hidden' });
    await pickModel(page, 'status-500', 'good');
    await page.reload();
    await threadOf(page).getByText('upstream_failed').waitFor();
    await threadOf(page).getByRole('button', { name: 'Receipt' }).waitFor();
    await keepPicture(page, 'chat-refused-reloaded');
    expect(await findBarriers(page)).toEqual([]);
    await threadOf(page).getByRole('button', { name: 'Ask again' }).click();
    await threadOf(page).getByText(MOCK_TEXT).waitFor();
  });

  it('goes on behind a refused call: what was asked afterwards stands below it, in one line', async () => {
    const page = await openChat(rig, 'status-500');
    await ask(page, 'nobody answers this');
    await threadOf(page).getByRole('alert').waitFor();
    await pickModel(page, 'status-500', 'good');
    await ask(page, 'the second question');
    await threadOf(page).getByText('the second question').waitFor();
    await answersOf(page, 'good').getByText(MOCK_TEXT).waitFor();
    await ask(page, 'the third question');
    await answersOf(page, 'good').getByText(MOCK_TEXT).nth(1).waitFor();
    expect(await threadOf(page).getByText('the second question').count()).toBe(1);
    expect(await threadOf(page).getByRole('alert').count()).toBe(1);
    expect(await page.getByRole('group', { name: 'Versions of this question' }).count()).toBe(0);
    await keepPicture(page, 'chat-behind-refused');
    expect(await findBarriers(page)).toEqual([]);
    await page.reload();
    await answersOf(page, 'good').getByText(MOCK_TEXT).nth(1).waitFor();
    expect(await threadOf(page).getByText('Not answered').count()).toBe(1);
  });

  it('says which candidate failed before another one answered', async () => {
    const page = await openChat(rig, 'sturdy');
    await ask(page, 'another way');
    const answer = answersOf(page, 'sturdy');
    await answer.getByText('mock/good').waitFor();
    await answer.getByText('after f-status-500/status-500 failed').waitFor();
    await page.getByText('A call took another way').waitFor();
    await keepPicture(page, 'chat-fallback');
    expect(await findBarriers(page)).toEqual([]);
    await page.reload();
    await answer.getByText('after f-status-500/status-500 failed').waitFor();
  });

  it('sends what was asked before it knew its models, once it does', async () => {
    const page = await rig.open('/work/chat');
    const held: (() => Promise<void>)[] = [];
    await page.route('**/v1/models', (route) => void held.push(() => route.continue()));
    await page.goto(page.url().replace(/chat.*/, 'chat?model=good'));
    await messageField(page).fill('too early');
    await messageField(page).press('Enter');
    await expect.poll(() => held.length).toBe(1);
    expect(await threadOf(page).getByText('too early').count()).toBe(0);
    for (const go of held) await go();
    await threadOf(page).getByText(MOCK_TEXT).waitFor();
    expect(await messageField(page).inputValue()).toBe('');
  });

  it('tells of another window that was first, and loses no word', async () => {
    const page = await openChat(rig, 'good');
    await ask(page, 'from both windows');
    await threadOf(page).getByText(MOCK_TEXT).waitFor();
    const second = await page.context().newPage();
    await second.goto(page.url());
    await threadOf(second).getByText(MOCK_TEXT).waitFor();
    await ask(second, 'the second window');
    await threadOf(second).getByText(MOCK_TEXT).nth(1).waitFor();
    // The first window has heard nothing: only its focus would make it look.
    await page.evaluate('Object.defineProperty(document, "visibilityState", { value: "hidden" })');
    await ask(page, 'the first window');
    await page.getByText('Another window changed this conversation').waitFor();
    await threadOf(page).getByText('the second window').waitFor();
    expect(await messageField(page).inputValue()).toBe('the first window');
    await keepPicture(page, 'chat-conflict');
    await messageField(page).press('Enter');
    await threadOf(page).getByText('the first window').waitFor();
    await threadOf(page).getByText(MOCK_TEXT).nth(2).waitFor();
  });
});
