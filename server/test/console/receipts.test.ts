import { readFile } from 'node:fs/promises';
import type { Page, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ask, expectJson, makeKey, postJson, type Caller, type NewKey } from '../rigs/api.ts';
import { findBarriers, keepPicture, startConsole, type ConsoleRig } from '../rigs/console.ts';
import { fillReceipts } from '../rigs/fill-receipts.ts';
import type { ReeveHome } from '../rigs/reeve.ts';

const COPIES = 5_000;
const HOSTILE = `mock/<img src=x onerror=document.title='owned'>\u202egpj.${'w'.repeat(120)}`;
const PLAIN_CALLS = 12;
const CLOCK_WRONG_MS = 5 * 3_600_000;
const DAY_MS = 86_400_000;

let rig: ConsoleRig;
let mine: Page;
let reporting: NewKey;
beforeAll(async () => {
  rig = await startConsole({
    faults: ['status-503'],
    aliases: { careful: ['f-status-503/status-503', 'mock/good'] },
    beforehand,
  });
  mine = await rig.open('/design', { width: 1440, height: 900 });
});
afterAll(() => rig.close());
afterEach(() => expect(rig.faults()).toEqual([]));

/** Calls of every kind, then thousands of copies of their receipts. */
async function beforehand(home: ReeveHome): Promise<void> {
  const running = await home.start();
  const owner = { baseUrl: running.baseUrl, key: home.apiKey() };
  reporting = await makeKey(owner, { name: 'reporting', models: ['good'] });
  await makeCalls(owner);
  await running.stop();
  await fillReceipts(home.dataDir, COPIES);
}

async function makeCalls(owner: Caller): Promise<void> {
  const program = { ...owner, key: reporting.key };
  await expectJson(await ask(owner, HOSTILE), 200);
  await (await ask(owner, 'status-503')).text();
  await (await ask(owner, 'careful')).text();
  await (await ask(program, 'embed')).text();
  for (let n = 0; n < PLAIN_CALLS; n += 1) {
    const body = { model: 'good', stream: n % 2 === 0, messages: [{ role: 'user', content: `call ${n}` }] };
    await (await postJson(program, '/v1/chat/completions', body, { 'x-reeve-tags': 'team=north' })).text();
  }
}

const rows = (page: Page) => page.locator('tr[data-row]');
const panel = (page: Page) =>
  page.getByRole('complementary').filter({ has: page.getByRole('heading', { name: /^rcp_/ }) });
const chips = (page: Page) => page.getByRole('list', { name: 'Filters' });

/** The owner's own page, again and again; others get one of theirs. */
async function openReceipts(query = '', options?: Parameters<ConsoleRig['open']>[1]): Promise<Page> {
  const page = options === undefined ? mine : await rig.open('/design', options);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(`/prove/receipts${query}`);
  await rows(page).first().waitFor();
  return page;
}

describe('receipts', () => {
  it('lists thousands, newest first, page by page as one scrolls', async () => {
    const page = await openReceipts();
    await page.getByText(/of 5,\d+ receipts fit/).waitFor();
    await keepPicture(page, 'receipts');
    expect(await findBarriers(page)).toEqual([]);
    const asked: string[] = [];
    const note = (request: Request): void => void (request.url().includes('after=') && asked.push(request.url()));
    page.on('request', note);
    const times = await page
      .locator('tr[data-row] time')
      .evaluateAll((all) => all.map((one) => one.getAttribute('datetime')));
    expect(times).toEqual(times.toSorted().toReversed());
    expect(await rows(page).count()).toBeLessThan(60);
    const list = page.getByRole('region', { name: 'Receipts' });
    for (let turn = 0; turn < 4; turn += 1) {
      await list.evaluate((box) => box.scrollTo({ top: box.scrollHeight }));
      await page.waitForTimeout(300);
    }
    expect(asked.length).toBeGreaterThanOrEqual(3);
    expect(new Set(asked).size).toBe(asked.length);
    page.off('request', note);
  });

  it('opens one, walks with J and K, and closes with Escape; the URL has it all', async () => {
    const page = await openReceipts('?model=mock/good');
    await page.keyboard.press('j');
    await panel(page).waitFor();
    const first = new URL(page.url()).searchParams.get('open');
    await page.keyboard.press('j');
    await expect.poll(() => new URL(page.url()).searchParams.get('open')).not.toBe(first);
    await page.keyboard.press('k');
    await expect.poll(() => new URL(page.url()).searchParams.get('open')).toBe(first);
    await keepPicture(page, 'receipts-peek');
    expect(await findBarriers(page)).toEqual([]);
    await page.reload();
    await panel(page).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => new URL(page.url()).search).toBe('?model=mock%2Fgood');
  });

  it('tells who decided, which way the call went, what it cost and where its time went', async () => {
    const page = await openReceipts('?model=mock/good&fallback=true');
    await rows(page).first().click();
    const peek = panel(page);
    await peek.getByText('Allowed by builtin/key-scope, builtin/key-models.').waitFor();
    const tries = await peek.getByRole('list', { name: 'Candidates tried' }).innerText();
    expect(tries).toMatch(/f-status-503[\s\S]*it answered 503[\s\S]*mock\/good[\s\S]*answered/);
    await peek.getByText('Who asked', { exact: true }).waitFor();
    // 11 tokens in, 9 out, at 150 and 600 nano-USD.
    await peek.getByText('$0.00000705', { exact: true }).waitFor();
    await peek.getByText('7,050 nano-USD').waitFor();
    const timing = await peek.getByRole('table', { name: 'Timing' }).innerText();
    expect(timing).toMatch(/Before and between the tries[\s\S]*f-status-503[\s\S]*First byte to the end/);
  });

  it('calls what failed last tried, and not served by', async () => {
    const page = await openReceipts('?status=failed&model=status-503');
    await rows(page).first().click();
    await panel(page).getByText('No candidate gave an answer.').waitFor();
    await panel(page).getByText('Last tried', { exact: true }).waitFor();
    expect(await panel(page).getByText('Served by', { exact: true }).count()).toBe(0);
  });

  it('verifies the hash in the browser, and says where it does not match', async () => {
    const page = await openReceipts('?status=ok');
    await rows(page).first().click();
    await panel(page).getByRole('button', { name: 'Verify in this browser' }).click();
    await page.getByText('The hash matches').waitFor();
    await keepPicture(page, 'receipts-verified');
    // A copy has the hash of nothing: whoever changes a stored receipt ends like this.
    const { data } = await rig.ask<{ data: { id: string }[] }>('GET', '/api/v1/receipts?limit=1');
    await page.goto(`/prove/receipts?order=oldest&open=${data[0]?.id}`);
    await rows(page).first().waitFor();
    await panel(page).getByRole('button', { name: 'Verify in this browser' }).click();
    await page.getByRole('alert').getByText('The hash does not match').waitFor();
    expect(await findBarriers(page)).toEqual([]);
  });

  it('narrows by facets and figures, and each filter can be lifted', async () => {
    const page = await openReceipts();
    const side = page.getByRole('complementary', { name: 'Filters' });
    await side.getByRole('button', { name: /^failed/ }).click();
    await expect.poll(() => page.url()).toContain('status=failed');
    await expect.poll(() => rows(page).first().innerText()).toContain('failed');
    await side.getByRole('textbox', { name: 'Cost from' }).fill('a lot');
    await side.getByRole('button', { name: 'Apply' }).click();
    await side.getByText('Write an amount like 0.0025.').waitFor();
    await chips(page).getByRole('button', { name: 'Remove the filter Status: failed' }).click();
    await side.getByRole('button', { name: /^reporting/ }).click();
    await side.getByRole('textbox', { name: 'Cost from' }).fill('0.000007');
    await side.getByRole('textbox', { name: 'Tag' }).fill('team=north');
    await side.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => page.url()).toContain('cost_min=7000');
    await expect.poll(() => chips(page).innerText()).toMatch(/reporting[\s\S]*\$0\.000007[\s\S]*team=north/);
    await expect.poll(() => rows(page).first().innerText()).toContain('reporting');
  });

  it('names the member who called from the console', async () => {
    const page = await openReceipts();
    const body = JSON.stringify({ model: 'good', messages: [{ role: 'user', content: 'hello' }] });
    const headers = { 'content-type': 'application/json', 'x-reeve-console': '1' };
    const call = JSON.stringify({ method: 'POST', headers, body });
    await page.evaluate(`fetch('/v1/chat/completions', ${call}).then((response) => response.text())`);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect.poll(() => rows(page).first().innerText()).toContain('Owner');
  });

  it('saves what fits, in a file that opens', async () => {
    const page = await openReceipts(`?key_id=${reporting.id}&status=ok`);
    const read = async (format: RegExp): Promise<string> => {
      await page.getByRole('button', { name: 'Export' }).click();
      const coming = page.waitForEvent('download');
      await page.getByRole('menuitem', { name: format }).click();
      return readFile(await (await coming).path(), 'utf8');
    };
    const lines = (await read(/JSON lines/)).trim().split('\n');
    const receipts = lines.map((line) => JSON.parse(line) as { key_id: string });
    expect(receipts.length).toBeGreaterThan(PLAIN_CALLS);
    expect(new Set(receipts.map(({ key_id: id }) => id))).toEqual(new Set([reporting.id]));
    expect((await read(/CSV/)).trim().split('\r\n')).toHaveLength(receipts.length + 1);
  });
});

describe('receipts in trouble', () => {
  it('shows a hostile model name as the text that it is', async () => {
    const page = await openReceipts(`?provider=mock&model=${encodeURIComponent(HOSTILE)}`);
    await rows(page).first().click();
    await panel(page).waitFor();
    expect(await page.title()).toBe('Receipts · Reeve');
    expect(await page.locator('main img').count()).toBe(0);
    await keepPicture(page, 'receipts-hostile');
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('fits a telephone, with its filters behind a button', async () => {
    const page = await openReceipts('', { width: 320, height: 640 });
    await keepPicture(page, 'receipts-narrow');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    expect(await rows(page).count()).toBeLessThan(60);
    await page.getByRole('button', { name: 'Filters', exact: true }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^denied|^failed/ })
      .first()
      .click();
    expect(await findBarriers(page)).toEqual([]);
    await keepPicture(page, 'receipts-narrow-filters');
  });

  it('stands where one panel is refused, and says what an address asks wrongly', async () => {
    const page = await openReceipts();
    await page.route('**/api/v1/receipts/facets*', (route) =>
      route.fulfill({
        status: 403,
        contentType: 'application/problem+json',
        body: JSON.stringify({ code: 'policy_denied', detail: 'Not for this role.' }),
      }),
    );
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('alert').getByText('Not for this role.').waitFor();
    await rows(page).first().waitFor();
    await page.unroute('**/api/v1/receipts/facets*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText(/receipts fit/).waitFor();
    await page.goto('/prove/receipts?cost_min=much');
    await page.getByRole('alert').first().waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.goto(`/prove/receipts?open=rcp_${'0'.repeat(26)}`);
    await panel(page).getByRole('alert').waitFor();
  });

  it('reckons by the server’s clock where this machine’s is wrong', async () => {
    const page = await rig.open('/design', { width: 1440, height: 900 });
    const begunMs = Date.now();
    await page.clock.setFixedTime(begunMs + CLOCK_WRONG_MS);
    const asked = page.waitForRequest(/receipts\?from=/);
    await page.goto('/prove/receipts?span=24h');
    const from = Date.parse(new URL((await asked).url()).searchParams.get('from') ?? '');
    expect(Math.abs(from + DAY_MS - begunMs)).toBeLessThan(60_000);
    await rows(page).first().click();
    await panel(page)
      .getByText(/(seconds?|minutes?) ago/)
      .waitFor();
  });

  it('goes on where the server was away', async () => {
    const page = await openReceipts();
    await page.route('**/api/v1/receipts?*after=*', (route) => route.abort());
    const list = page.getByRole('region', { name: 'Receipts' });
    await list.evaluate((box) => box.scrollTo({ top: box.scrollHeight }));
    await page.getByRole('alert').getByText('The server does not answer', { exact: true }).waitFor();
    const before = Number(await list.getByRole('table').getAttribute('aria-rowcount'));
    expect(before).toBe(101);
    await page.unroute('**/api/v1/receipts?*after=*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => list.getByRole('table').getAttribute('aria-rowcount')).toBe('-1');
  });

  it('shows the ends of ids to those who may not list keys', async () => {
    const member = { email: 'viewer@example.com', name: 'Vera Viewer', roles: ['VIEWER'] };
    const { sign_in: link } = await rig.ask<{ sign_in: { path: string } }>('POST', '/api/v1/members', member);
    const page = await openReceipts(`?key_id=${reporting.id}`, { link: link.path });
    const end = `…${reporting.id.slice(-8)}`;
    expect(await rows(page).first().innerText()).toContain(end);
    expect(await rows(page).first().innerText()).not.toContain(reporting.id.slice(0, 8));
    expect(await rows(page).first().getByText(end).getAttribute('title')).toBe(reporting.id);
    await page.getByRole('complementary', { name: 'Filters' }).getByText(end).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('teaches the first call where there is none', async () => {
    const tenant = await rig.ask<{ id: string }>('POST', '/api/v1/tenants', { name: 'empty' });
    const response = await postJson({ baseUrl: rig.reeve.baseUrl, key: rig.reeve.key }, '/api/v1/members', {
      email: 'first@example.com',
      name: 'First',
      roles: ['VIEWER'],
      tenant_id: tenant.id,
    });
    const { sign_in: link } = await expectJson<{ sign_in: { path: string } }>(response, 201);
    const page = await rig.open('/prove/receipts', { link: link.path });
    await page.getByText('No receipts yet').waitFor();
    await page.getByLabel('The first call').getByText('/v1/chat/completions').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await keepPicture(page, 'receipts-empty');
    await page.goto('/prove/receipts?status=failed');
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByText('No receipts yet').waitFor();
  });
});
