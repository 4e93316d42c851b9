import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answersOf, ask, messageField, openChat, pickModel, threadOf } from './chat-page.ts';
import { findBarriers, findOverflow, keepPicture, startConsole, type ConsoleRig } from '../rigs/console.ts';
import { measureFrames } from '../rigs/measure-frames.ts';

const FRAME_MAX_MS = 100;

/** One red dot. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

let rig: ConsoleRig;

beforeAll(async () => {
  rig = await startConsole({ faults: ['echo', 'long', 'blind', 'medley'], textOnly: ['blind'] });
});
afterAll(() => rig.close());
afterEach(() => expect(rig.faults()).toEqual([]));

const HOSTILE = [
  '<script>window.pwned = 1</script>',
  '<svg onload="window.pwned = 2"><circle r="1"></svg>',
  '<img src=x onerror="window.pwned = 3">',
  '<iframe src="https://example.com"></iframe><style>body { display: none }</style>',
  '[run](javascript:window.pwned=4) [page](data:text/html,hi) [vb](vbscript:x) [here](/api/v1/me) [odd](JaVaScRiPt:1)',
  '![outside](https://example.com/pixel.png) ![inside](data:image/svg+xml,<svg/>)',
  '[good](https://example.com/a) <https://example.com/b> [mail](mailto:a@example.com)',
  `${'>'.repeat(10_000)} deep`,
  `${'[x'.repeat(2_000)}${']'.repeat(2_000)}`,
  `${'- '.repeat(3_000)}item`,
  '- [x] done\n- [ ] open',
  'مرحبا بالعالم',
  'Donaudampfschifffahrt'.repeat(60),
].join('\n\n');

describe('what a model writes', () => {
  it('runs nothing, fetches nothing and leads out only by safe links, however it is written', async () => {
    const page = await openChat(rig, 'echo');
    const outside: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(rig.reeve.baseUrl) && !/^(data|blob):/.test(request.url()))
        outside.push(request.url());
    });
    await ask(page, HOSTILE);
    const answer = answersOf(page, 'echo');
    await answer.getByRole('button', { name: 'Receipt' }).waitFor();
    await answer.getByRole('link', { name: 'good' }).waitFor();
    expect(await answer.locator('script, iframe, style, img, object, svg[onload]').count()).toBe(0);
    expect(await page.evaluate('window.pwned')).toBeUndefined();
    expect(outside).toEqual([]);
    const links = await answer.getByRole('link').all();
    expect(await Promise.all(links.map((link) => link.getAttribute('href')))).toEqual([
      'https://example.com/pixel.png',
      'https://example.com/a',
      'https://example.com/b',
      'mailto:a@example.com',
    ]);
    for (const link of links) expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow');
    await answer.getByText('<script>window.pwned = 1</script>').waitFor();
    await answer.getByText('deep').waitFor();
    const arabic = '[...document.querySelectorAll("p")].find(({ textContent }) => textContent === "مرحبا بالعالم")';
    expect(await page.evaluate(`getComputedStyle(${arabic}).direction`)).toBe('rtl');
    expect(await findBarriers(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    await keepPicture(page, 'chat-hostile-narrow');
    expect(await findOverflow(page)).toBe(0);
  });
});

describe('thoughts and refusals', () => {
  it('stand with the answer, the thoughts folded once it speaks', async () => {
    const page = await openChat(rig, 'medley');
    await ask(page, 'Think first');
    const answer = answersOf(page, 'medley');
    await answer.getByText('Hello there.').waitFor();
    await answer.getByText('Not that.').waitFor();
    expect(await answer.getByText('Let me think.').count()).toBe(0);
    await answer.getByRole('button', { name: 'Reasoning' }).click();
    await answer.getByText('Let me think.').waitFor();
    await keepPicture(page, 'chat-reasoning');
    expect(await findBarriers(page)).toEqual([]);
  });
});

describe('a long answer', () => {
  it('of 20,000 tokens streams with no frame of over 100 ms, and is opened again with none', async () => {
    const page = await openChat(rig, 'long');
    const answer = answersOf(page, 'long');
    const streamed = await measureFrames(rig.browser, page, async () => {
      await ask(page, 'All that is known of sticks');
      await answer.getByText('11 + 20,000 tokens').waitFor({ timeout: 40_000 });
    });
    expect(streamed.frames).toBeGreaterThan(50);
    expect(streamed.worstMs).toBeLessThan(FRAME_MAX_MS);
    expect(await answer.getByRole('heading', { name: 'On sticks' }).count()).toBeGreaterThan(15);
    // Its reader stayed at the end of it.
    expect(await page.getByRole('button', { name: 'To the newest' }).count()).toBe(0);
    await keepPicture(page, 'chat-long');
    await page.getByRole('button', { name: 'New conversation' }).click();
    const opened = await measureFrames(rig.browser, page, async () => {
      await page.getByRole('button', { name: /^All that is known/ }).click();
      await answer.getByRole('heading', { name: 'On sticks' }).nth(15).waitFor();
    });
    expect(opened.worstMs).toBeLessThan(FRAME_MAX_MS);
    await threadOf(page).hover();
    await page.mouse.wheel(0, -3_000);
    await page.getByRole('button', { name: 'To the newest' }).click();
    await answer.getByRole('button', { name: 'Receipt' }).waitFor();
  });
});

describe('attachments', () => {
  it('go with the question as pictures and texts, and are refused by name otherwise', async () => {
    const page = await openChat(rig, 'echo');
    const attach = page.locator('input[type=file]');
    await attach.setInputFiles([
      { name: 'notch.png', mimeType: 'image/png', buffer: PIXEL },
      { name: 'notes.md', mimeType: '', buffer: Buffer.from('# Notes\n```\ncode\n```\n') },
      { name: 'tool.exe', mimeType: 'application/octet-stream', buffer: Buffer.from([0x4d, 0x5a, 0, 0xff]) },
      { name: 'book.txt', mimeType: 'text/plain', buffer: Buffer.alloc(800_000, 'a') },
    ]);
    await page.getByText('tool.exe: only pictures').waitFor();
    await page.getByText('book.txt: too large').waitFor();
    expect(await page.getByRole('list', { name: 'Attachments' }).getByRole('listitem').count()).toBe(2);
    await keepPicture(page, 'chat-attachments');
    expect(await findBarriers(page)).toEqual([]);
    await pickModel(page, 'echo', 'blind');
    await page.getByText('This model does not take these files').waitFor();
    await messageField(page).fill('What is this?');
    expect(await page.getByRole('button', { name: 'Ask', exact: true }).isDisabled()).toBe(true);
    await pickModel(page, 'blind', 'echo');
    await messageField(page).press('Enter');
    await answersOf(page, 'echo').getByText('What is this?').waitFor();
    const { messages } = JSON.parse(rig.mock.requestsTo('echo').at(-1)?.body.toString() ?? '{}');
    expect(messages[0].content).toEqual([
      { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL.toString('base64')}` } },
      { type: 'text', text: 'notes.md:\n````\n# Notes\n```\ncode\n```\n\n````' },
      { type: 'text', text: 'What is this?' },
    ]);
    await page.reload();
    await threadOf(page).getByRole('img', { name: 'Attached picture' }).waitFor();
    await threadOf(page).getByText('notes.md').first().waitFor();
    expect(await findBarriers(page)).toEqual([]);
  });
});

describe('a narrow window', () => {
  it('holds the list, the models and the receipt of a conversation at 320 pixels', async () => {
    const page = await rig.open('/work/chat?model=good', { width: 320, height: 600, theme: 'dark', language: 'de' });
    const field = page.getByRole('textbox', { name: 'Nachricht' });
    expect(await findOverflow(page)).toBe(0);
    // Nothing can be sent before the page knows whom to ask.
    await page.getByRole('button', { name: 'Modell: good' }).waitFor();
    await field.fill('Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft');
    await field.press('Enter');
    await page.getByText('11 + 9 Token').waitFor();
    await keepPicture(page, 'chat-narrow');
    expect(await findOverflow(page)).toBe(0);
    await page.getByRole('button', { name: 'Modell: good' }).click();
    await page.getByText('je Million Token').first().waitFor();
    await keepPicture(page, 'chat-narrow-models');
    expect(await findOverflow(page)).toBe(0);
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Gespräche' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Donau/ })
      .waitFor();
    await keepPicture(page, 'chat-narrow-list');
    expect(await findOverflow(page)).toBe(0);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Beleg' }).click();
    await page.getByRole('complementary', { name: 'Beleg' }).getByText('mock/good').first().waitFor();
    await page.getByRole('complementary', { name: 'Beleg' }).getByText('ein Mitglied', { exact: true }).waitFor();
    await keepPicture(page, 'chat-narrow-receipt');
    expect(await findOverflow(page)).toBe(0);
    expect(await findBarriers(page)).toEqual([]);
  });
});
