/** Govern → Keys in a browser: made with a secret that is shown once, used, found again, revoked. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findBarriers, findOverflow, keepPicture, startConsole, type ConsoleRig } from '../rigs/console.ts';

interface Key {
  id: string;
  name: string;
  scopes: string[];
  models: string[] | null;
  expires_at: string | null;
  member_id: string | null;
}

const DAY_MS = 86_400_000;

let rig: ConsoleRig;
beforeAll(async () => {
  rig = await startConsole();
});
afterAll(() => rig.close());
afterEach(() => expect(rig.faults()).toEqual([]));

const listKeys = async (): Promise<Key[]> => (await rig.ask<{ data: Key[] }>('GET', '/api/v1/keys?limit=500')).data;
const row = (page: Page, name: string) => page.getByRole('row', { name });
const call = (key: string, model: string): Promise<Response> =>
  fetch(`${rig.reeve.baseUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
  });

describe('keys', () => {
  it('are made with scopes, models and an end; the secret is shown once, works, and is stored nowhere', async () => {
    const page = await rig.open('/govern/keys');
    await page.getByRole('button', { name: 'Create a key' }).first().click();
    const form = page.getByRole('dialog', { name: 'Create a key' });
    await form.getByLabel('Name').fill('billing, production');
    await form.getByText('Only these').click();
    await form.getByRole('button', { name: 'Create a key' }).click();
    await form.getByText('Choose at least one model').waitFor();
    await form.getByLabel('good').check();
    await form.getByLabel('Read receipts').check();
    await form.getByLabel('Ends').selectOption('30');
    await keepPicture(page, 'keys-create');
    expect(await findBarriers(page)).toEqual([]);
    await form.getByRole('button', { name: 'Create a key' }).click();

    const shown = page.getByRole('dialog', { name: 'The key “billing, production” is made' });
    const secret = (await shown.getByLabel('Secret', { exact: true }).textContent()) ?? '';
    expect(secret).toMatch(/^rv_[0-9a-z]{10}_[0-9a-z]{52}$/);
    await keepPicture(page, 'keys-secret');
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.mouse.click(5, 5);
    expect(await shown.getByRole('button', { name: 'Done' }).isDisabled()).toBe(true);
    await shown.getByRole('button', { name: 'Copy the secret' }).click();
    await shown.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(secret);
    await shown.getByLabel('I have stored it').check();
    await shown.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('complementary', { name: 'billing, production' }).waitFor();
    expect(await page.content()).not.toContain(secret.slice(14));
    expect(await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')).not.toContain(secret);

    const made = (await listKeys()).find(({ name }) => name === 'billing, production');
    expect(made).toMatchObject({ scopes: ['models:invoke', 'receipts:read'], models: ['good'] });
    const leftMs = Date.parse(made?.expires_at ?? '') - Date.now();
    expect(leftMs / DAY_MS).toBeCloseTo(30, 1);
    expect((await call(secret, 'good')).status).toBe(200);
    expect((await call(secret, 'embed')).status).not.toBe(200);
  });

  it('tell in their panel what they may do, what they did, and the command that uses them', async () => {
    const made = await rig.ask<Key & { key: string }>('POST', '/api/v1/keys', { name: 'worker', models: ['good'] });
    expect((await call(made.key, 'good')).status).toBe(200);
    const page = await rig.open('/govern/keys');
    await row(page, 'worker').click();
    expect(page.url()).toContain(`key=${made.id}`);
    const panel = page.getByRole('complementary', { name: 'worker' });
    const command = (await panel.getByLabel('Use it').last().textContent()) ?? '';
    expect(command).toContain(`curl -s ${rig.reeve.baseUrl}/v1/chat/completions`);
    expect(command).toContain('Bearer $REEVE_API_KEY"');
    await panel.getByText('With the secret in the variable REEVE_API_KEY:').waitFor();
    expect(command).not.toContain(made.key);
    await expect.poll(() => panel.textContent(), { timeout: 10_000 }).toMatch(/Last call(now|\d+ seconds? ago)/);
    await panel.getByText('$0.').waitFor();
    await keepPicture(page, 'keys-panel');
    expect(await findBarriers(page)).toEqual([]);
    await keepPicture(page, 'keys-panel-dark');
    await panel.getByRole('link', { name: 'Its receipts' }).click();
    await page.waitForURL(new RegExp(`receipts\\?key_id=${made.id}`));
    await page.goBack();
    await panel.waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
  });

  it('stop working when they are revoked, after a question', async () => {
    const made = await rig.ask<Key & { key: string }>('POST', '/api/v1/keys', { name: 'to revoke', models: ['good'] });
    const page = await rig.open(`/govern/keys?key=${made.id}`);
    await page.getByRole('button', { name: 'Revoke', exact: true }).click();
    const question = page.getByRole('dialog', { name: 'Revoke “to revoke”?' });
    await keepPicture(page, 'keys-revoke');
    expect(await findBarriers(page)).toEqual([]);
    await question.getByRole('button', { name: 'Cancel' }).click();
    expect((await call(made.key, 'good')).status).toBe(200);
    await page.getByRole('button', { name: 'Revoke', exact: true }).click();
    await question.getByRole('button', { name: 'Revoke', exact: true }).click();
    await page.getByText('“to revoke” is revoked.').waitFor();
    expect((await call(made.key, 'good')).status).toBe(401);
    await row(page, 'to revoke').waitFor({ state: 'detached' });
    await page.getByLabel('Which keys').selectOption('ended');
    await row(page, 'to revoke').getByText('revoked').waitFor();
    expect(page.url()).toContain('show=ended');
  });

  it('of members are told as theirs, and cannot be ended here', async () => {
    const page = await rig.open('/govern/keys');
    const member = (await listKeys()).find(({ member_id: id }) => id !== null);
    await row(page, 'by roles').click();
    await page.waitForURL(new RegExp(`key=${member?.id}`));
    await page.getByText('This key stands for a member').waitFor();
    expect(await page.getByRole('button', { name: 'Revoke', exact: true }).count()).toBe(0);
    await page.getByRole('link', { name: 'To the member' }).click();
    await page.waitForURL(new RegExp(`members\\?member=${member?.member_id}`));
  });

  it('whose maker is gone say so, and are found together to be decided on', async () => {
    const wish = { email: 'gone@example.com', name: 'Gil Gone', roles: ['TENANT_ADMIN'] };
    const gil = await rig.ask<{ id: string; sign_in: { path: string } }>('POST', '/api/v1/members', wish);
    const his = await rig.open('/govern/keys', { link: gil.sign_in.path });
    const headers = { 'x-reeve-console': '1', origin: rig.reeve.baseUrl };
    const made = await his.context().request.post('/api/v1/keys', { data: { name: 'Gil’s job' }, headers });
    expect(made.status()).toBe(201);
    const page = await rig.open('/govern/keys');
    await row(page, 'Gil’s job').waitFor();
    expect(await row(page, 'Gil’s job').innerText()).not.toContain('maker');
    await rig.ask('DELETE', `/api/v1/members/${gil.id}`);
    await page.goto('/govern/keys?show=left');
    await row(page, 'Gil’s job').getByText('maker removed').waitFor();
    expect(await page.locator('tbody tr[data-row]').count()).toBe(1);
    await row(page, 'Gil’s job').click();
    const panel = page.getByRole('complementary', { name: 'Gil’s job' });
    await panel.getByText('Who made this key may no longer do so').waitFor();
    await keepPicture(page, 'keys-left-behind');
    expect(await findBarriers(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await findOverflow(page)).toBe(0);
    await panel.getByRole('button', { name: 'Revoke', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
    await page.getByText('No key fits').waitFor();
  });

  it('are found by a part of their name, and nothing found says so', async () => {
    await rig.ask('POST', '/api/v1/keys', { name: 'مفتاح الخدمة' });
    await rig.ask('POST', '/api/v1/keys', { name: 'Donaudampfschifffahrtselektrizität'.repeat(5) });
    const page = await rig.open('/govern/keys');
    await page.getByRole('row').nth(1).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('الخدمة');
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    await page.getByLabel('Find a key').fill('no such key');
    await page.getByText('No key fits').waitFor();
    await page.getByRole('button', { name: 'Show working keys' }).click();
    await row(page, 'Donaudampf').waitFor();
    await page.reload();
    await row(page, 'Donaudampf').waitFor();
    await keepPicture(page, 'keys');
  });
});

describe('what goes wrong', () => {
  it('with a day is said in the words of the page', async () => {
    const page = await rig.open('/govern/keys', { language: 'uk' });
    await page.getByRole('button', { name: 'Створити ключ' }).first().click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Назва').fill('with a day');
    await form.locator('select[name=expiry]').selectOption('day');
    await form.getByRole('button', { name: 'Створити ключ' }).click();
    await form.getByText('Заповніть це поле.').waitFor();
    expect(await page.evaluate('document.activeElement.name')).toBe('day');
    await page.keyboard.type('12');
    await form.getByRole('button', { name: 'Створити ключ' }).click();
    await form.getByText('Введіть дату повністю.').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await keepPicture(page, 'keys-date-uk');
  });

  it('stands at the field that is at fault, and what was typed stays', async () => {
    const page = await rig.open('/govern/keys');
    await page.getByRole('row').nth(1).waitFor();
    await page.keyboard.press('n');
    const form = page.getByRole('dialog', { name: 'Create a key' });
    await form.getByLabel('Name').fill('past');
    await form.getByLabel('Ends').selectOption('day');
    await form.getByLabel('Last day').fill('2020-01-01');
    await form.getByRole('button', { name: 'Create a key' }).click();
    await form.getByText('must lie in the future').waitFor();
    expect(await form.getByLabel('Last day').getAttribute('aria-invalid')).toBe('true');
    expect(await form.getByLabel('Name').inputValue()).toBe('past');
    expect((await listKeys()).some(({ name }) => name === 'past')).toBe(false);
  });

  it('in one part of the panel leaves the rest standing', async () => {
    const made = await rig.ask<Key>('POST', '/api/v1/keys', { name: 'closed figures' });
    const page = await rig.open('/govern/keys');
    const denied = { code: 'policy_denied', detail: 'None of your roles holds the scope receipts:read.' };
    await page.route('**/api/v1/receipts?*', (one) =>
      one.fulfill({ status: 403, contentType: 'application/problem+json', json: denied }),
    );
    await row(page, 'closed figures').click();
    await page.getByText('None of your roles holds the scope receipts:read.').waitFor();
    await page.getByText(made.id).waitFor();
    await page.getByText('Calls in all').waitFor();
    await page.getByRole('button', { name: 'Revoke', exact: true }).waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await keepPicture(page, 'keys-denied');
  });

  it('with a link to a key that is not there is told in its panel', async () => {
    const page = await rig.open('/govern/keys?key=key_00000000000000000000000000');
    await page.getByText('There is no such key.').waitFor();
    await expect.poll(() => page.getByRole('row').count()).toBeGreaterThan(1);
  });

  it('where the server is away is told above the list, and tried again', async () => {
    const page = await rig.open('/govern/keys');
    await page.getByRole('row').nth(1).waitFor();
    await page.route('**/api/v1/keys?*', (one) => one.abort());
    await page.reload();
    await page.getByText('The server does not answer').first().waitFor();
    await page.unroute('**/api/v1/keys?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => page.getByRole('row').count()).toBeGreaterThan(1);
  });

  it('is nothing at the width of a phone: no part of the page stands outside', async () => {
    const page = await rig.open('/govern/keys', { width: 320, height: 640 });
    await page.getByRole('row').nth(1).waitFor();
    expect(await findOverflow(page)).toBe(0);
    await keepPicture(page, 'keys-phone');
    await row(page, 'billing').click();
    await page.getByRole('complementary').waitFor();
    expect(await findOverflow(page)).toBe(0);
    expect(await findBarriers(page)).toEqual([]);
    await keepPicture(page, 'keys-phone-panel');
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await page.keyboard.press('n');
    expect(await findOverflow(page)).toBe(0);
    await keepPicture(page, 'keys-phone-create');
  });

  it.each(['uk', 'ru', 'de'] as const)('is said in %s too', async (language) => {
    const page = await rig.open('/govern/keys', { language });
    await page.getByRole('row').nth(1).waitFor();
    await keepPicture(page, `keys-${language}`);
    expect(await page.content()).not.toMatch(/keys\.[a-z]+-?[a-z]*</);
  });
});
