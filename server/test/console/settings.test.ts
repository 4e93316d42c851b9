/** Operate → Settings: what is in force with where it comes from, and the button that asks a provider. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findBarriers, findOverflow, keepPicture, startConsole, type ConsoleRig } from '../rigs/console.ts';
import { MOCK_KEY } from '../rigs/mock-provider.ts';

const SETTINGS = '/operate/settings';

let rig: ConsoleRig;
beforeAll(async () => {
  rig = await startConsole({
    faults: ['status-503'],
    aliases: { both: ['mock/good', 'f-status-503/status-503'] },
    extra: 'limits: { in_flight: 64 }',
  });
});
afterAll(() => rig?.close());
afterEach(() => expect(rig.faults()).toEqual([]));

describe('settings', () => {
  it('lists providers, and tells of each value which line of the file it comes from', async () => {
    const page = await rig.open(SETTINGS);
    const table = page.getByRole('table', { name: 'Providers' });
    await table.getByRole('button', { name: 'mock', exact: true }).click();
    const panel = page.getByRole('complementary');
    await panel.getByText('providers.mock.base_url in reeve.yaml, line 3.').waitFor();
    await panel.getByText('Not set, so the default. To change it, set providers.mock.timeout_ms.').waitFor();
    expect(await page.content()).not.toContain(MOCK_KEY);
    await keepPicture(page, 'settings-provider');
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press('j');
    await page.waitForURL(/provider=f-status-503/);
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
  });

  it('a test of a provider says that it answers, how fast, at what price, and leads to its receipt', async () => {
    const page = await rig.open(`${SETTINGS}?provider=mock`);
    await page.getByRole('button', { name: 'Test now' }).click();
    const verdict = page.getByRole('status').filter({ hasText: 'mock/good answers' });
    await verdict.waitFor();
    expect(await verdict.innerText()).toMatch(/said ".+"[\s\S]+ m?s · \$0\.\d+/);
    await keepPicture(page, 'settings-test-ok');
    expect(await findBarriers(page)).toEqual([]);
    const receipt = await verdict.getByRole('link', { name: 'Open its receipt' }).getAttribute('href');
    const id = /open=(rcp_\w+)/.exec(receipt ?? '')?.[1] ?? '';
    await expect
      .poll(async () => (await rig.ask<{ surface: string }>('GET', `/api/v1/receipts/${id}`)).surface)
      .toBe('operations');
  });

  it('a test of a provider that fails says what fails', async () => {
    const page = await rig.open(`${SETTINGS}?provider=f-status-503`, { theme: 'dark' });
    await page.getByRole('combobox', { name: 'Model' }).fill('status-503');
    await page.keyboard.press('Enter');
    const verdict = page.getByRole('alert');
    await verdict.waitFor();
    expect(await verdict.innerText()).toMatch(/f-status-503\/status-503 does not answer[\s\S]+upstream_failed/);
    await keepPicture(page, 'settings-test-failed');
  });

  it('aliases show where they lead, in order, and are found by words', async () => {
    const page = await rig.open(SETTINGS);
    await page.getByRole('tab', { name: 'Models' }).click();
    await page.waitForURL(/tab=models/);
    await page.getByRole('button', { name: 'both' }).click();
    const panel = page.getByRole('complementary');
    await panel.getByRole('heading', { name: '1. mock/good' }).waitFor();
    await panel.getByRole('heading', { name: '2. f-status-503/status-503' }).waitFor();
    await keepPicture(page, 'settings-models');
    await page.keyboard.press('Escape');
    await page.getByRole('searchbox').fill('EMBED mock');
    await page.waitForURL(/q=EMBED/);
    const rows = page.getByRole('table', { name: 'Models' }).locator('tbody tr[data-row]');
    await expect.poll(() => rows.count()).toBe(1);
    await page.reload();
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByRole('searchbox').fill('nowhere');
    await page.getByText('Nothing found').waitFor();
    expect(await findBarriers(page)).toEqual([]);
  });

  it('prices are searched, sorted, and say which list they come from', async () => {
    const page = await rig.open(`${SETTINGS}?tab=prices`, { theme: 'dark' });
    const table = page.getByRole('table', { name: 'Prices' });
    await table.getByRole('button', { name: 'Input', exact: true }).click();
    await page.keyboard.press('/');
    await page.keyboard.type('mock/good');
    const rows = table.locator('tbody tr[data-row]');
    await expect.poll(() => rows.count()).toBe(1);
    expect(await rows.first().innerText()).toMatch(/mock\/good[\s\S]*\$0\.15[\s\S]*\$0\.60[\s\S]*reeve\.yaml:\d+/);
    await keepPicture(page, 'settings-prices');
    expect(await findBarriers(page)).toEqual([]);
  });

  it('prices without a provider say what is missing, and do not speak of a search', async () => {
    const page = await rig.open('/operate/live');
    await page.route('**/api/v1/settings', async (route) => {
      const reply = await route.fetch();
      const view = (await reply.json()) as { prices: object };
      await route.fulfill({ response: reply, json: { ...view, prices: { ...view.prices, rows: [] } } });
    });
    await page.goto(`${SETTINGS}?tab=prices`);
    await page.getByText('No listed model is reachable yet').waitFor();
    expect(await page.getByText('Nothing found').count()).toBe(0);
    expect(await findBarriers(page)).toEqual([]);
  });

  it('limits and engines say their value, their origin, and what to set to change them', async () => {
    const page = await rig.open(`${SETTINGS}?tab=limits`);
    const limits = page.getByRole('region', { name: 'Limits' });
    await limits.getByText('limits.in_flight in reeve.yaml').waitFor();
    expect(await limits.innerText()).toMatch(/Largest request\s+limits\.body_mb\s+32 MiB/);
    const engines = page.getByRole('region', { name: 'Engines' });
    await engines.getByText('Not set, so the default. To change it, set REEVE_DATABASE_URL.').waitFor();
    await page
      .getByRole('region', { name: 'This process' })
      .getByText(rig.reeve.home.dataDir, { exact: true })
      .waitFor();
    await keepPicture(page, 'settings-limits');
    expect(await findBarriers(page)).toEqual([]);
  });

  it('who is not an operator of the installation sees values without the machine, and no test button', async () => {
    const invited = await rig.ask<{ sign_in: { path: string } }>('POST', '/api/v1/members', {
      email: 'ada@example.org',
      name: 'Ada',
      roles: ['TENANT_ADMIN'],
    });
    const page = await rig.open(`${SETTINGS}?provider=mock`, { link: invited.sign_in.path });
    await page.getByText('You see what holds for your tenant').waitFor();
    expect(await page.getByRole('button', { name: 'Test now' }).count()).toBe(0);
    expect(await page.locator('main').innerText()).not.toContain('127.0.0.1');
    await page.getByRole('tab', { name: 'Limits and engines' }).click();
    await page.getByText('limits.body_mb').waitFor();
    expect(await page.getByText('Engines', { exact: true }).count()).toBe(0);
  });

  it('says that the server is away, and shows everything once it is back', async () => {
    const page = await rig.open('/operate/live');
    await page.getByRole('link', { name: 'Settings' }).waitFor();
    await page.route('**/api/v1/settings', (route) => route.abort());
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('alert').getByText('The server does not answer', { exact: true }).waitFor();
    await page.unroute('**/api/v1/settings');
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('table', { name: 'Providers' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('works on a phone, and in each language', async () => {
    const page = await rig.open(`${SETTINGS}?provider=mock`, { width: 320, height: 640, language: 'ru' });
    await page.getByRole('complementary').waitFor();
    expect(await findOverflow(page)).toBe(0);
    await keepPicture(page, 'settings-phone-panel');
    for (const tab of ['providers', 'models', 'prices', 'limits']) {
      await page.goto(`${SETTINGS}?tab=${tab}`);
      await page.getByRole('tabpanel').waitFor();
      expect(await findOverflow(page)).toBe(0);
      await keepPicture(page, `settings-phone-${tab}`);
    }
    for (const language of ['uk', 'de'] as const) {
      const other = await rig.open(`${SETTINGS}?tab=limits`, { language });
      await other.getByRole('tabpanel').waitFor();
      await keepPicture(other, `settings-${language}`);
      expect(await other.locator('main').innerText()).not.toMatch(/settings\.[a-z]/);
    }
  });
});
