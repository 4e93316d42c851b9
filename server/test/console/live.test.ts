/** Operate → Live: what runs, what waits, what failed; dead letters settled from the page; and what happens when it breaks. */
import { createServer, type Server } from 'node:http';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, expectJson, makeKey, postJson, type Caller } from '../rigs/api.ts';
import { findBarriers, findOverflow, keepPicture, startConsole, type ConsoleRig } from '../rigs/console.ts';
import { freePort } from '../rigs/engine-process.ts';
import { giveUpWork } from '../rigs/give-up-work.ts';
import type { ReeveHome } from '../rigs/reeve.ts';

const LIVE = '/operate/live';
const CALLS = 6;
const HALF_OPEN = '"state":"half-open"';

/** As a browser tells it when another tab comes to the front. */
const HIDE = `
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));`;

let rig: ConsoleRig;
let owner: Caller;
let receiver: Server;
let receiverStatus = 500;
let received = 0;

beforeAll(async () => {
  const port = await freePort();
  receiver = createServer((request, response) => {
    received += 1;
    request.resume().on('end', () => response.writeHead(receiverStatus).end());
  });
  await new Promise<void>((resolve) => receiver.listen(port, '127.0.0.1', resolve));
  rig = await startConsole({
    faults: ['status-503', 'slow-frames'],
    extra: `webhooks: { allow: ["127.0.0.1:${port}"] }`,
    beforehand: (home) => leaveDeadLetters(home, `http://127.0.0.1:${port}/hook`),
  });
  owner = { baseUrl: rig.reeve.baseUrl, key: rig.reeve.key };
});
afterAll(async () => {
  await rig?.close();
  receiver?.close();
});
afterEach(() => expect(rig.faults()).toEqual([]));

/** Two events that nobody could handle and the deliveries of their webhook, given up. */
async function leaveDeadLetters(home: ReeveHome, url: string): Promise<void> {
  const running = await home.start();
  const caller = { baseUrl: running.baseUrl, key: home.apiKey() };
  const hook = { url, events: ['identity.key-created.v1'] };
  await expectJson(await postJson(caller, '/api/v1/webhooks', hook), 201);
  for (const name of ['one', 'two']) await makeKey(caller, { name });
  await vi.waitUntil(() => received > 1, { timeout: 20_000 });
  await running.stop();
  const given = await giveUpWork({ dataDir: home.dataDir }, 'identity.key-created.v1');
  if (given.events !== 1 || given.deliveries < 2) throw new Error(`given up: ${JSON.stringify(given)}`);
}

const tile = (page: Page, label: string) => page.getByText(label, { exact: true }).locator('..');
const letterRows = (page: Page) => page.getByRole('table', { name: 'Letters' }).locator('tbody tr[data-row]');

describe('live', () => {
  it('shows traffic as it comes, in tiles, charts with their tables, and by model', async () => {
    for (let count = 0; count < CALLS; count += 1) await expectJson(await ask(owner, 'good'), 200);
    const page = await rig.open(LIVE);
    const models = page.getByRole('table', { name: 'Calls by model' });
    await models.getByRole('row', { name: /mock\/good/ }).waitFor();
    expect(await models.getByRole('row', { name: /mock\/good/ }).innerText()).toContain(String(CALLS));
    expect(await tile(page, 'Latency p95').innerText()).toMatch(/\d ms|\d s/);
    await page.getByRole('img', { name: /Latency/ }).waitFor();
    await page
      .getByRole('figure', { name: 'Requests per second' })
      .getByRole('button', { name: 'Show as table' })
      .click();
    const steps = page.getByRole('region', { name: 'Requests per second' }).locator('tbody tr');
    expect(await steps.count()).toBe(179);

    await ask(owner, 'good');
    await expect
      .poll(() => models.getByRole('row', { name: /mock\/good/ }).innerText(), { timeout: 12_000 })
      .toContain(String(CALLS + 1));
    await keepPicture(page, 'live-light');
    expect(await findBarriers(page)).toEqual([]);
  });

  it('a provider that goes down shows with its open breaker, why, and when it is tried again', async () => {
    const page = await rig.open(LIVE, { theme: 'dark', height: 2000 });
    const card = page.getByRole('listitem', { name: 'f-status-503' });
    await card.getByText('Idle').waitFor();
    expect((await ask(owner, 'status-503')).status).toBe(502);
    await card.getByText('All calls fail').waitFor({ timeout: 12_000 });
    for (let count = 1; count < 5; count += 1) expect((await ask(owner, 'status-503')).status).toBe(502);
    await card.getByText('Breaker open').waitFor();
    const told = await card.innerText();
    expect(told).toContain('It failed several times in a row.');
    expect(told).toContain('it answered 503');
    expect(told).toMatch(/Next trial in \d+ sec|The next call is its trial/);
    await keepPicture(page, 'live-dark-breaker');
    await card.getByRole('link', { name: 'f-status-503' }).click();
    await page.waitForURL(/settings\?provider=f-status-503/);
    await page.route('**/operations/live', async (route) => {
      const reply = await route.fetch();
      await route.fulfill({ response: reply, body: (await reply.text()).replaceAll('"state":"open"', HALF_OPEN) });
    });
    await page.goto(LIVE);
    await card.getByText('is on trial').waitFor();
    expect(await card.innerText()).toMatch(/Breaker on trial|All calls fail/);
    expect(await card.getByText('Breaker open').count()).toBe(0);
  });

  it('keeps focus and scroll while figures come in, and asks for none while it is paused or hidden', async () => {
    const page = await rig.open(LIVE);
    await page.getByRole('region', { name: 'Models', exact: true }).waitFor();
    let asked = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/operations/live')) asked += 1;
    });
    await page.clock.install();
    const pass = (ms: number): Promise<void> => page.clock.fastForward(ms);
    await page.getByRole('button', { name: 'Pause' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('Paused').waitFor();
    expect(page.url()).toContain('paused=true');
    asked = 0;
    await pass(20_000);
    expect(asked).toBe(0);
    const first = page.waitForResponse('**/operations/live');
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('Live').waitFor();
    await (await first).finished();
    expect(asked).toBe(1);
    // The next one is due five seconds after the page has taken this one in.
    await page.waitForTimeout(500);
    await page.locator('#main').evaluate((main) => main.scrollTo({ top: 300 }));
    await pass(5_000);
    await expect.poll(() => asked).toBe(2);
    await page.getByText('1 sec old').waitFor();
    expect(await page.locator('#main').evaluate((main) => main.scrollTop)).toBe(300);
    expect(await page.evaluate<string>('document.activeElement.innerText')).toContain('Pause');
    await page.evaluate(HIDE);
    await pass(20_000);
    expect(asked).toBe(2);
  });

  it('a lost connection is said, what was shown stays, and it goes on by itself', async () => {
    const page = await rig.open(LIVE);
    await page.getByRole('listitem', { name: 'mock', exact: true }).waitFor();
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('The server gives no new figures').waitFor();
    await page.getByRole('status').getByText('Connection lost').waitFor();
    await page.getByRole('listitem', { name: 'mock', exact: true }).waitFor();
    await keepPicture(page, 'live-lost');
    await page.context().setOffline(false);
    await page.getByRole('status').getByText('Live').waitFor();
    expect(await page.getByText('The server gives no new figures').count()).toBe(0);
  });
});

describe('dead letters', () => {
  it('are listed with their reason, opened beside the list, and tried again from there', async () => {
    const page = await rig.open(LIVE);
    await expect.poll(() => letterRows(page).count()).toBeGreaterThan(2);
    const before = await letterRows(page).count();
    const delivery = letterRows(page).filter({ hasText: 'the receiver answered 500' }).first();
    await delivery.getByRole('button').click();
    const panel = page.getByRole('complementary');
    await panel.getByText('/hook').waitFor();
    expect(page.url()).toMatch(/letter=wfl_/);
    await page.reload();
    await panel.getByText('/hook').waitFor();
    await panel.scrollIntoViewIfNeeded();
    await keepPicture(page, 'live-letter');
    expect(await findBarriers(page)).toEqual([]);

    receiverStatus = 204;
    const attempts = received;
    await panel.getByRole('button', { name: 'Try again' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('the receiver is back');
    await keepPicture(page, 'live-replay');
    expect(await findBarriers(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('It is tried again.').waitFor();
    await expect.poll(() => received, { timeout: 15_000 }).toBe(attempts + 1);
    await expect.poll(() => letterRows(page).count()).toBe(before - 1);
  });

  it('are given up for good after a question, and stand among the discarded with the reason', async () => {
    const page = await rig.open(`${LIVE}?source=events`);
    await letterRows(page).first().getByRole('button').click();
    const panel = page.getByRole('complementary');
    await panel.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await letterRows(page).count()).toBe(1);
    await panel.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('stale');
    await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
    await page.getByText('Nothing here').waitFor();
    await page.getByLabel('State').selectOption('discarded');
    await letterRows(page).first().getByRole('button').click();
    await panel.getByText('stale').waitFor();
    expect(await panel.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  });

  it('what somebody else settled meanwhile is said in the dialog', async () => {
    const page = await rig.open(LIVE);
    const row = letterRows(page).first();
    const id = await row.getAttribute('data-row');
    await row.getByRole('button').click();
    await page.getByRole('complementary').getByRole('button', { name: 'Discard' }).click();
    await rig.ask('DELETE', `/api/v1/dead-letters/${id}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
    expect(await page.getByRole('dialog').getByRole('alert').innerText()).toContain('settled this dead letter before');
  });
});

describe('live, for whoever may see less', () => {
  it('one panel that is denied leaves the others standing', async () => {
    const invited = await rig.ask<{ sign_in: { path: string } }>('POST', '/api/v1/members', {
      email: 'ada@example.org',
      name: 'Ada',
      roles: ['TENANT_ADMIN'],
    });
    const page = await rig.open(LIVE, { link: invited.sign_in.path });
    await page.getByText('You see the figures of your tenant').waitFor();
    await page.getByRole('region', { name: 'Dead letters' }).getByText('You may not do this').waitFor();
    await page.getByRole('listitem', { name: 'mock', exact: true }).waitFor();
    expect(await page.getByText('Calls under way').count()).toBe(0);
    // Of the test before: without a figure, and no less true than what an operator sees.
    await page
      .getByRole('listitem', { name: 'f-status-503' })
      .getByText(/Breaker open|All calls fail/)
      .waitFor();
    expect(await page.getByText('attempts').count()).toBe(0);
    await keepPicture(page, 'live-denied');
    expect(await findBarriers(page)).toEqual([]);
  });

  it('works on a phone, and in each language', async () => {
    const page = await rig.open(LIVE, { width: 320, height: 640, language: 'uk' });
    await page.getByRole('listitem', { name: 'mock', exact: true }).waitFor();
    expect(await findOverflow(page)).toBe(0);
    await keepPicture(page, 'live-phone');
    for (const language of ['de', 'ru'] as const) {
      const other = await rig.open(LIVE, { language, height: 2000 });
      await other.getByRole('listitem', { name: 'mock', exact: true }).waitFor();
      await keepPicture(other, `live-${language}`);
      expect(await other.locator('main').innerText()).not.toMatch(/live\.[a-z]/);
    }
  });
});
