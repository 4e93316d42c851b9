/** The session in a browser: it ends in the middle of work, changes hands, moves to another tenant, and is shared by tabs. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findBarriers, findOverflow, keepPicture, startConsole, type ConsoleRig } from '../rigs/console.ts';

interface Member {
  id: string;
  email: string;
  version: number;
  sign_in: { path: string };
}

const PASSWORD = 'tally sticks at dawn';
const OWN = { 'x-reeve-console': '1' };

let rig: ConsoleRig;
beforeAll(async () => {
  rig = await startConsole();
});
afterAll(() => rig.close());
afterEach(() => expect(rig.faults()).toEqual([]));

const login = async (context: BrowserContext, data: object): Promise<void> => {
  const headers = { ...OWN, origin: rig.reeve.baseUrl };
  const reply = await context.request.post(`${rig.reeve.baseUrl}/api/v1/sign-in`, { data, headers });
  expect(reply.status()).toBe(200);
};
const send = async (context: BrowserContext, method: string, path: string, data?: object): Promise<number> => {
  const headers = { ...OWN, origin: rig.reeve.baseUrl };
  const url = rig.reeve.baseUrl + path;
  return (await context.request.fetch(url, { method, headers, ...(data === undefined ? {} : { data }) })).status();
};

/** A member with a password, as they would have after their first visit. */
async function makeMember(name: string, roles: string[]): Promise<Member> {
  const email = `${name.toLowerCase()}@example.com`;
  const member = await rig.ask<Member>('POST', '/api/v1/members', { email, name, roles });
  const context = await rig.browser.newContext();
  await login(context, { token: new URL(member.sign_in.path, rig.reeve.baseUrl).searchParams.get('token') });
  expect(await send(context, 'PUT', '/api/v1/me/password', { password: PASSWORD })).toBe(204);
  await context.close();
  return member;
}

/** A page of this member. */
async function openAs(member: Member, path: string): Promise<Page> {
  const page = await rig.open('/sign-in', { signedIn: false });
  await login(page.context(), { email: member.email, password: PASSWORD });
  await page.goto(path);
  return page;
}

/** Ends the member's sessions at the server: the browser knows nothing of it and keeps its cookie. */
async function endSessionsOf({ id }: Member): Promise<void> {
  const { version } = await rig.ask<Member>('GET', `/api/v1/members/${id}`);
  const change = (status: string, seen: number) =>
    rig.ask<Member>('PATCH', `/api/v1/members/${id}`, { version: seen, status });
  await change('active', (await change('suspended', version)).version);
}

const sessionDialog = (page: Page) => page.getByRole('dialog', { name: 'Your session has ended' });
async function signInAgain(page: Page, password = PASSWORD): Promise<void> {
  await sessionDialog(page).getByLabel('Password').fill(password);
  await sessionDialog(page).getByRole('button', { name: 'Sign in' }).click();
}

describe('a session that ends in the middle of work', () => {
  it('is taken up again above the page, and what was written there stays', async () => {
    const gil = await makeMember('Gil', ['TENANT_ADMIN']);
    const page = await openAs(gil, '/govern/keys?show=all');
    await page.getByRole('row').nth(1).waitFor();
    await page.getByRole('button', { name: 'Create a key' }).click();
    const form = page.getByRole('dialog', { name: 'Create a key' });
    await form.getByLabel('Name').fill('written before the end');
    await form.getByLabel('Read receipts').check();
    await endSessionsOf(gil);
    await form.getByRole('button', { name: 'Create a key' }).click();
    await sessionDialog(page).waitFor();
    await keepPicture(page, 'session-ended');
    expect(await findBarriers(page)).toEqual([]);
    expect(await sessionDialog(page).getByLabel('E-mail').inputValue()).toBe(gil.email);
    await page.keyboard.press('Escape');
    await signInAgain(page, 'not the password');
    await sessionDialog(page).getByText('The login name or the password is wrong.').waitFor();
    await signInAgain(page);
    await sessionDialog(page).waitFor({ state: 'detached' });
    expect(page.url()).toContain('show=all');
    expect(await form.getByLabel('Name').inputValue()).toBe('written before the end');
    expect(await form.getByLabel('Read receipts').isChecked()).toBe(true);
    await form.getByRole('button', { name: 'Create a key' }).click();
    await page.getByRole('dialog', { name: 'The key “written before the end” is made' }).waitFor();
  });

  it('goes on in the tenant where it was', async () => {
    const tenant = await rig.ask<{ id: string }>('POST', '/api/v1/tenants', { name: 'north' });
    const hal = await makeMember('Hal', ['OWNER']);
    const page = await openAs(hal, '/govern/keys');
    await page.getByRole('button', { name: 'Tenant: default. Switch' }).click();
    await page.getByRole('menuitem', { name: 'north' }).click();
    await page.getByRole('button', { name: 'Tenant: north. Switch' }).waitFor();
    await page.goto('/govern/members');
    await page.getByText('0 members').waitFor();
    await endSessionsOf(hal);
    await page.reload();
    // A page that is opened without a session asks for one first.
    await page.waitForURL(/\/sign-in\?next=/);
    await login(page.context(), { email: hal.email, password: PASSWORD });
    expect(await send(page.context(), 'POST', '/api/v1/me/tenant', { tenant_id: tenant.id })).toBe(200);
    await page.goto('/govern/keys');
    await page.getByText('by roles').waitFor();
    await endSessionsOf(hal);
    await page.getByRole('row').nth(1).click();
    await sessionDialog(page).waitFor();
    await signInAgain(page);
    await sessionDialog(page).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Tenant: north. Switch' }).waitFor();
    const reply = await page.context().request.get(`${rig.reeve.baseUrl}/api/v1/me`);
    expect(await reply.json()).toMatchObject({ tenant: { id: tenant.id } });
  });

  it('fits on a phone, and tells who came by a link how to go on', async () => {
    const page = await rig.open('/govern/keys', { width: 320, height: 640 });
    await page.getByRole('row').nth(1).waitFor();
    await page.context().clearCookies();
    await page.getByRole('row').nth(1).click();
    await sessionDialog(page).getByText('reeve login').waitFor();
    expect(await findOverflow(page)).toBe(0);
    expect(await findBarriers(page)).toEqual([]);
    await keepPicture(page, 'session-ended-phone');
  });
});

describe('two members after each other in one browser', () => {
  it('see nothing of each other: not through the dialog, not in another tab, not by going back', async () => {
    const ivy = await makeMember('Ivy', ['TENANT_ADMIN']);
    const jon = await makeMember('Jon', ['VIEWER']);
    await rig.ask('POST', '/api/v1/keys', { name: 'known to Ivy alone' });
    const page = await openAs(ivy, '/govern/keys');
    await page.getByText('known to Ivy alone').waitFor();
    const tab = await page.context().newPage();
    await tab.goto('/govern/keys');
    await tab.getByText('known to Ivy alone').waitFor();

    await endSessionsOf(ivy);
    await page.getByText('known to Ivy alone').click();
    await sessionDialog(page).getByLabel('E-mail').fill(jon.email);
    await signInAgain(page);
    await page.getByRole('button', { name: 'Account: Jon' }).waitFor();
    expect(await page.content()).not.toContain('known to Ivy alone');
    await tab.getByRole('button', { name: 'Account: Jon' }).waitFor();
    expect(await tab.content()).not.toContain('known to Ivy alone');
    for (const one of [page, tab]) {
      await one.goBack().catch(() => null);
      expect(await one.content()).not.toContain('known to Ivy alone');
      await one.goto('/govern/keys');
      await one.getByText('There is no such page for you').waitFor();
      expect(await one.content()).not.toContain('known to Ivy alone');
    }
  });
});

describe('tabs of one browser', () => {
  it('follow a sign-out, and the way back shows nothing', async () => {
    const page = await rig.open('/govern/keys', { ownSession: true });
    const tab = await page.context().newPage();
    await tab.goto('/govern/members');
    await tab.getByText('(you)').waitFor();
    await page.getByRole('button', { name: 'Account: Owner' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to Reeve' }).waitFor();
    await tab.getByRole('heading', { name: 'Sign in to Reeve' }).waitFor();
    await keepPicture(tab, 'session-signed-out');
    await tab.goBack();
    await tab.getByRole('heading', { name: 'Sign in to Reeve' }).waitFor();
    expect(await tab.getByText('(you)').count()).toBe(0);
  });

  it('follow to another tenant, so that no page shows one tenant and asks another', async () => {
    await rig.ask('POST', '/api/v1/tenants', { name: 'south' });
    const page = await rig.open('/govern/keys', { ownSession: true });
    const tab = await page.context().newPage();
    await tab.goto('/govern/members');
    await tab.getByText('(you)').waitFor();
    await page.getByRole('button', { name: 'Tenant: default. Switch' }).click();
    await page.getByRole('menuitem', { name: 'south' }).click();
    await page.getByRole('button', { name: 'Tenant: south. Switch' }).waitFor();
    await tab.getByRole('button', { name: 'Tenant: south. Switch' }).waitFor();
    await tab.goto('/govern/members');
    await tab.getByText('0 members').waitFor();
    expect(await findBarriers(tab)).toEqual([]);
    await keepPicture(tab, 'session-other-tenant');
  });

  it('take part in a new sign-in: the question goes away in each', async () => {
    const kim = await makeMember('Kim', ['TENANT_ADMIN']);
    const page = await openAs(kim, '/govern/keys');
    await page.getByRole('row').nth(1).waitFor();
    const tab = await page.context().newPage();
    await tab.goto('/govern/keys');
    await tab.getByRole('row').nth(1).waitFor();
    await endSessionsOf(kim);
    for (const one of [page, tab]) {
      await one.getByRole('row').nth(1).click();
      await sessionDialog(one).waitFor();
    }
    await signInAgain(page);
    await sessionDialog(tab).waitFor({ state: 'detached' });
    await tab.getByRole('complementary').waitFor();
    expect(tab.url()).toContain('key=');
  });
});
