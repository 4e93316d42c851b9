import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ask, expectJson, listAll, makeKey, postJson, type NewKey, type ReceiptView } from '../rigs/api.ts';
import { findBarriers, keepPicture, startConsole, type ConsoleRig } from '../rigs/console.ts';
import { fillReceipts } from '../rigs/fill-receipts.ts';
import type { ReeveHome } from '../rigs/reeve.ts';

const COPIES = 5_000;
const HOSTILE = `mock/<img src=x onerror=document.title='owned'>\u202egpj.${'w'.repeat(120)}`;
const PLAIN_CALLS = 20;

let rig: ConsoleRig;
let mine: Page;
let reporting: NewKey;
beforeAll(async () => {
  rig = await startConsole({ faults: ['status-503'], aliases: { bare: ['mock/unlisted'] }, beforehand });
  mine = await rig.open('/design', { width: 1440, height: 900 });
});
afterAll(() => rig.close());
afterEach(() => expect(rig.faults()).toEqual([]));

async function beforehand(home: ReeveHome): Promise<void> {
  const running = await home.start();
  const owner = { baseUrl: running.baseUrl, key: home.apiKey() };
  reporting = await makeKey(owner, { name: 'reporting', models: ['good'] });
  await expectJson(await ask(owner, HOSTILE), 200);
  await (await ask(owner, 'status-503')).text();
  await expectJson(await ask(owner, 'bare'), 200);
  for (let n = 0; n < PLAIN_CALLS; n += 1) {
    const caller = n % 4 === 0 ? owner : { ...owner, key: reporting.key };
    const body = { model: 'good', messages: [{ role: 'user', content: `call ${n}` }] };
    const tags = { 'x-reeve-tags': `team=${n % 3 === 0 ? 'north' : 'south'},env=prod` };
    await expectJson(await postJson(caller, '/v1/chat/completions', body, tags), 200);
  }
  await running.stop();
  await fillReceipts(home.dataDir, COPIES);
}

const tile = (page: Page, name: string) =>
  page.getByRole('group', { name: 'Totals' }).getByRole('button', { name: new RegExp(`^${name}`) });
const table = (page: Page, name: string) => page.getByRole('table', { name });

/** As the page writes money: exact, from nano-USD. */
function toMoney(nanos: bigint): string {
  const digits = nanos.toString().padStart(10, '0');
  return `$${digits.slice(0, -9)}.${digits.slice(-9).replace(/0{1,7}$/, '')}`;
}

/** The owner's own page, again and again; others get one of theirs. */
async function openUsage(query = '', options?: Parameters<ConsoleRig['open']>[1]): Promise<Page> {
  const page = options === undefined ? mine : await rig.open('/design', options);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(`/govern/usage${query}`);
  await page.locator('tr[data-row]').first().waitFor();
  return page;
}

/** Notes the labels of the last drawing, and where each begins and ends on its canvas. */
const NOTE_LABELS = `
  window.labels = [];
  const { clearRect, fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    window.labels = [];
    clearRect.apply(this, box);
  };
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    const width = this.measureText(text).width;
    const before = { right: width, end: width, center: width / 2 }[this.textAlign] ?? 0;
    const start = x + this.getTransform().e - before;
    window.labels.push({ text, start, end: start + width, canvas: this.canvas.width });
    fillText.call(this, text, x, y);
  };`;

interface Label {
  text: string;
  start: number;
  end: number;
  canvas: number;
}

/** Opens the page as if the first of these days had cost so much, in so many calls. */
async function chartCosts(costNanos: number, from: string, to: string, calls?: number): Promise<Label[]> {
  const page = await rig.open('/design', { width: 1440, height: 900 });
  await page.addInitScript(NOTE_LABELS);
  await page.route('**/api/v1/usage?*group_by=day*', async (route) => {
    const reply = await route.fetch();
    const view = (await reply.json()) as object;
    const sums = { requests: calls ?? 1, input_tokens: 1, output_tokens: 1, cost_nanos: costNanos, unpriced: 0 };
    await route.fulfill({ response: reply, json: { ...view, data: [{ day: from, ...sums }], total: sums } });
  });
  await page.goto(`/govern/usage?from=${from}&to=${to}${calls === undefined ? '' : '&measure=requests'}`);
  await expect.poll(() => page.evaluate<number>('window.labels.length'), { timeout: 10_000 }).toBeGreaterThan(2);
  await page.waitForTimeout(300);
  await keepPicture(page, `usage-chart-${costNanos}-${calls ?? ''}`);
  const labels = await page.evaluate<Label[]>('window.labels');
  await page.context().close();
  return labels;
}

describe('usage', () => {
  it('adds up to what the receipts say, to the nano', async () => {
    const receipts = await listAll<ReceiptView>({ baseUrl: rig.reeve.baseUrl, key: rig.reeve.key }, '/api/v1/receipts');
    const cost = receipts.reduce((sum, { cost_nanos: nanos }) => sum + BigInt(nanos ?? 0), 0n);
    const page = await openUsage('?span=all');
    expect(receipts.length).toBeGreaterThan(COPIES);
    expect(await tile(page, 'Cost').innerText()).toContain(toMoney(cost));
    expect(await tile(page, 'Requests').innerText()).toContain(receipts.length.toLocaleString('en'));
    await page.locator('canvas').waitFor();
    await keepPicture(page, 'usage');
    expect(await findBarriers(page)).toEqual([]);
    await keepPicture(page, 'usage-dark');
  });

  it('shows the days of each figure, as a chart and as a table', async () => {
    const page = await openUsage('?span=7d');
    await tile(page, 'Requests').click();
    await expect.poll(() => page.url()).toContain('measure=requests');
    const chart = page.getByRole('figure', { name: 'Requests by day' });
    await chart.getByRole('button', { name: 'Show as table' }).click();
    expect(await chart.getByRole('row').count()).toBe(1 + 7);
    const counts = await chart.locator('td').allInnerTexts();
    const sum = counts.reduce((all, one) => all + Number(one.replaceAll(',', '')), 0);
    expect(await tile(page, 'Requests').innerText()).toContain(sum.toLocaleString('en'));
    expect(await findBarriers(page)).toEqual([]);
  });

  it('writes each label of the chart whole, and none but zero where all is zero', async () => {
    // Over so many days there is a tick for each first of a month: one stands at the right edge.
    const labels = await chartCosts(7, '2026-01-01', '2026-10-01');
    expect(labels.map(({ text }) => text)).toContain('Oct 1, 2026');
    expect(labels.filter(({ text }) => text.startsWith('$')).length).toBeGreaterThan(2);
    for (const { text, start, end, canvas } of labels) {
      expect(start, text).toBeGreaterThanOrEqual(0);
      expect(end, text).toBeLessThanOrEqual(canvas);
    }
    const zeros = (await chartCosts(0, '2026-01-01', '2026-01-20')).filter(({ text }) => text.startsWith('$'));
    expect(zeros.map(({ text }) => text)).toEqual(['$0.00']);
  });

  it.each([
    [1, ['0', '1']],
    [2, ['0', '1', '2']],
  ])('says each count once at the side of a chart that ends at %i', async (calls, counts) => {
    const labels = await chartCosts(7, '2026-01-01', '2026-01-20', calls);
    expect(labels.map(({ text }) => text).filter((text) => /^\d+$/.test(text))).toEqual(counts);
  });

  it('says what the cost is without, and never that it was free', async () => {
    const receipts = await listAll<ReceiptView>({ baseUrl: rig.reeve.baseUrl, key: rig.reeve.key }, '/api/v1/receipts');
    const unpriced = receipts.filter(({ cost_nanos: nanos }) => nanos === null);
    const ofModel = unpriced.filter(({ model }) => model?.model_id === 'unlisted');
    expect(ofModel.length).toBeGreaterThan(1);
    const words = (calls: ReceiptView[]) => `+ ${calls.length.toLocaleString('en')} calls without a price`;
    const page = await openUsage('?span=all');
    expect(await tile(page, 'Cost').innerText()).toContain(words(unpriced));
    const row = table(page, 'Usage by model').getByRole('row').filter({ hasText: 'mock/unlisted' });
    expect(await row.innerText()).toContain(words(ofModel));
    expect(await row.innerText()).not.toContain('$0.00');
    await page.goto('/govern/usage?span=all&model=mock%2Fgood');
    await page.locator('tr[data-row]').first().waitFor();
    expect(await page.getByText('without a price').count()).toBe(0);
  });

  it('tells models, actors and tags apart, the costliest first, and narrows by a click', async () => {
    const page = await openUsage('?span=all');
    expect(await table(page, 'Usage by model').locator('tbody tr').first().innerText()).toContain('mock/good');
    expect(await page.locator('main img').count()).toBe(0);
    await page.getByRole('tab', { name: 'Tags' }).click();
    await expect
      .poll(() => table(page, 'Usage by tag').innerText())
      .toMatch(/env=prod[\s\S]*team=south[\s\S]*team=north/);
    await page.getByRole('tab', { name: 'Actors' }).click();
    await table(page, 'Usage by actor').getByRole('button', { name: 'reporting' }).click();
    await page.getByRole('list', { name: 'Filters' }).getByText('reporting').waitFor();
    expect(new URL(page.url()).searchParams.get('key_id')).toBe(reporting.id);
    await expect.poll(() => page.locator('tr[data-row]').count()).toBe(1);
    await keepPicture(page, 'usage-narrowed');
    await page.getByRole('link', { name: 'Receipts of reporting' }).click();
    await page.waitForURL(/prove\/receipts\?.*key_id=/);
    await page.locator('tr[data-row]').first().waitFor();
  });

  it('takes days of one’s own, and refuses what ends before it begins', async () => {
    const page = await openUsage();
    await page.getByRole('button', { name: /^Days: Last 30 days/ }).click();
    const picker = page.getByRole('dialog', { name: 'Days' });
    const today = new Date().toISOString().slice(0, 10);
    await picker.getByLabel('From').fill(today);
    await picker.getByLabel('To').fill('2020-01-01');
    await picker.getByRole('button', { name: 'Apply' }).click();
    await picker.getByText('This is before the beginning.').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await picker.getByLabel('To').fill(today);
    await picker.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => new URL(page.url()).search).toBe(`?from=${today}&to=${today}`);
  });

  it('saves each grouping as a file that opens', async () => {
    const page = await openUsage('?span=all');
    await page.getByRole('button', { name: 'Export' }).click();
    const coming = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'By tag (CSV)' }).click();
    const lines = (await readFile(await (await coming).path(), 'utf8')).trim().split('\r\n');
    expect(lines[0]).toBe('tag_key,tag_value,requests,input_tokens,output_tokens,cost_nanos,unpriced');
    expect(lines.slice(1).map((line) => line.split(',').slice(0, 2).join('='))).toEqual([
      'env=prod',
      'team=north',
      'team=south',
    ]);
  });
});

describe('usage in trouble', () => {
  it('stands where one panel is refused', async () => {
    const page = await openUsage();
    await page.route('**/api/v1/usage?*group_by=tag*', (route) =>
      route.fulfill({
        status: 403,
        contentType: 'application/problem+json',
        body: JSON.stringify({ code: 'policy_denied', detail: 'Not for this role.' }),
      }),
    );
    await page.getByRole('tab', { name: 'Tags' }).click();
    await page.getByRole('tabpanel').getByRole('alert').getByText('Not for this role.').waitFor();
    expect(await tile(page, 'Cost').innerText()).toContain('$');
    expect(await findBarriers(page)).toEqual([]);
    await page.unroute('**/api/v1/usage?*group_by=tag*');
  });

  it('shows ids to those who may not list keys, and fits a telephone', async () => {
    const member = { email: 'viewer@example.com', name: 'Vera Viewer', roles: ['VIEWER'] };
    const { sign_in: link } = await rig.ask<{ sign_in: { path: string } }>('POST', '/api/v1/members', member);
    const page = await openUsage('?by=key', { link: link.path, width: 320, height: 640 });
    expect(await table(page, 'Usage by actor').innerText()).toContain(reporting.id);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    expect(await findBarriers(page)).toEqual([]);
    await keepPicture(page, 'usage-narrow');
  });

  it('teaches the first call where there is none', async () => {
    const page = await rig.open('/govern/usage?tag=nobody=has');
    await page.getByText('No usage in these days').waitFor();
    await page.getByLabel('The first call').getByText('/v1/chat/completions').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await keepPicture(page, 'usage-empty');
    await page.getByRole('button', { name: 'Show all time' }).click();
    await page.locator('tr[data-row]').first().waitFor();
  });
});
