/** Govern → Members in a browser: invited, let in, changed by two at once, paused, removed; and one's own password. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findBarriers, findOverflow, keepPicture, settle, startConsole, type ConsoleRig } from '../rigs/console.ts';

interface Member {
  id: string;
  name: string;
  email: string;
  roles: string[];
  status: string;
  version: number;
  sign_in: { path: string };
}

const PASSWORD = 'tally sticks at dawn';

let rig: ConsoleRig;
beforeAll(async () => {
  rig = await startConsole();
});
afterAll(() => rig.close());
afterEach(() => expect(rig.faults()).toEqual([]));

const invite = (name: string, roles: string[]): Promise<Member> =>
  rig.ask('POST', '/api/v1/members', { email: `${name.toLowerCase()}@example.com`, name, roles });
const find = (id: string): Promise<Member> => rig.ask('GET', `/api/v1/members/${id}`);
const row = (page: Page, name: string) => page.getByRole('row', { name });
const panelOf = (page: Page, name: string) => page.getByRole('complementary', { name });

/** A browser of its own, in which the link was used. */
async function enter(link: string): Promise<Page> {
  const page = await rig.open(link, { signedIn: false });
  await page.getByRole('button', { name: 'Enter' }).click();
  await page.waitForURL((url) => url.pathname !== '/sign-in');
  return page;
}

describe('members', () => {
  it('are invited with roles in words, get a link that is shown once, and come in by it', async () => {
    const page = await rig.open('/govern/members');
    await page.getByRole('row').nth(1).waitFor();
    await page.keyboard.press('n');
    const form = page.getByRole('dialog', { name: 'Invite a member' });
    await form.getByLabel('Name').fill('Ada');
    await form.getByLabel('E-mail').fill('Ada@Example.com');
    await form.getByRole('button', { name: 'Invite a member' }).click();
    await form.getByText('Choose at least one role.').waitFor();
    await form.getByLabel('Editor').check();
    await form.getByText('Together: Call models').waitFor();
    await keepPicture(page, 'members-invite');
    expect(await findBarriers(page)).toEqual([]);
    await form.getByRole('button', { name: 'Invite a member' }).click();
    const shown = page.getByRole('dialog', { name: 'The way in for Ada' });
    const link = (await shown.getByLabel('Sign-in link', { exact: true }).textContent()) ?? '';
    expect(link.startsWith(`${rig.reeve.baseUrl}/sign-in?token=`)).toBe(true);
    await keepPicture(page, 'members-link');
    expect(await findBarriers(page)).toEqual([]);
    await shown.getByRole('button', { name: 'Done' }).click();
    await panelOf(page, 'Ada').getByText('invited', { exact: true }).waitFor();
    expect(await page.content()).not.toContain(link.slice(-20));

    const hers = await enter(link);
    await hers.getByRole('button', { name: 'Account: Ada' }).waitFor();
    expect(await hers.getByRole('link', { name: 'Members' }).count()).toBe(0);
    await hers.goto('/govern/members');
    await hers.getByText('There is no such page for you').waitFor();
    await page.reload();
    await panelOf(page, 'Ada').getByText('active', { exact: true }).waitFor();
    await keepPicture(page, 'members-panel');
    expect(await findBarriers(page)).toEqual([]);
    await keepPicture(page, 'members-panel-dark');
  });

  it('may more from their next request on when a role is added', async () => {
    const bea = await invite('Bea', ['VIEWER']);
    const hers = await enter(bea.sign_in.path);
    await hers.goto('/prove/receipts');
    expect(await hers.getByRole('link', { name: 'Keys' }).count()).toBe(0);
    const page = await rig.open(`/govern/members?member=${bea.id}`);
    await panelOf(page, 'Bea').getByLabel('Tenant administrator').check();
    await panelOf(page, 'Bea').getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. It holds from their next request.').waitFor();
    expect((await find(bea.id)).roles.toSorted()).toEqual(['TENANT_ADMIN', 'VIEWER']);
    await hers.reload();
    await hers.getByRole('link', { name: 'Keys' }).waitFor();
    await hers.goto('/govern/members');
    await row(hers, 'owner').first().click();
    await hers.getByText('This member may do more than you').waitFor();
    expect(await hers.getByRole('checkbox', { name: 'Owner' }).isDisabled()).toBe(true);
    expect(await hers.getByRole('button', { name: 'Suspend' }).count()).toBe(0);
    expect(await findBarriers(hers)).toEqual([]);
    await keepPicture(hers, 'members-above');
  });

  it('changed by two at once: the first wins, the other sees it and chooses', async () => {
    const cal = await invite('Cal', ['VIEWER']);
    const page = await rig.open(`/govern/members?member=${cal.id}`);
    const panel = panelOf(page, 'Cal');
    await panel.getByLabel('Editor').check();
    await rig.ask('PATCH', `/api/v1/members/${cal.id}`, { version: cal.version, roles: ['ROLE_MANAGER'] });
    await panel.getByRole('button', { name: 'Save' }).click();
    await panel.getByText('Somebody else saved first').waitFor();
    await panel.getByRole('alert').getByText('Manager', { exact: true }).waitFor();
    expect((await find(cal.id)).roles).toEqual(['ROLE_MANAGER']);
    expect(await findBarriers(page)).toEqual([]);
    await panel.getByRole('alert').scrollIntoViewIfNeeded();
    await keepPicture(page, 'members-conflict');
    await panel.getByRole('button', { name: 'Take what stands now' }).click();
    expect(await panel.getByLabel('Editor').isChecked()).toBe(false);
    expect(await panel.getByLabel('Manager', { exact: true }).isChecked()).toBe(true);
    await panel.getByLabel('Name').fill('Cal the second');
    await rig.ask('PATCH', `/api/v1/members/${cal.id}`, { version: 2, roles: ['ROLE_AGRONOMIST'] });
    await panel.getByRole('button', { name: 'Save' }).click();
    await panel.getByRole('button', { name: 'Put mine over it' }).click();
    await page.getByText('Saved. It holds from their next request.').waitFor();
    expect(await find(cal.id)).toMatchObject({ name: 'Cal the second', roles: ['ROLE_MANAGER'], version: 4 });
  });

  it('suspended are signed out at once and come back; removed are gone', async () => {
    const dan = await invite('Dan', ['EDITOR']);
    const his = await enter(dan.sign_in.path);
    const page = await rig.open(`/govern/members?member=${dan.id}`);
    const panel = panelOf(page, 'Dan');
    await panel.getByRole('button', { name: 'Suspend' }).click();
    const question = page.getByRole('dialog', { name: 'Suspend Dan?' });
    await keepPicture(page, 'members-suspend');
    expect(await findBarriers(page)).toEqual([]);
    await question.getByRole('button', { name: 'Suspend' }).click();
    await panel.getByText('suspended', { exact: true }).waitFor();
    expect((await his.request.get('/api/v1/me')).status()).toBe(401);
    await panel.getByRole('button', { name: 'Activate' }).click();
    await panel.getByText('active', { exact: true }).waitFor();
    await panel.getByRole('button', { name: 'New sign-in link' }).click();
    const link = (await page.getByLabel('Sign-in link', { exact: true }).textContent()) ?? '';
    await page.getByRole('button', { name: 'Done' }).click();
    const again = await enter(link);
    await again.getByRole('button', { name: 'Account: Dan' }).waitFor();
    await panel.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Dan is removed.').waitFor();
    await row(page, 'Dan').waitFor({ state: 'detached' });
    expect((await again.request.get('/api/v1/me')).status()).toBe(401);
  });
});

describe('what goes wrong', () => {
  it('stands at its field: a login name that is taken', async () => {
    await invite('Eve', ['VIEWER']);
    const page = await rig.open('/govern/members');
    await page.getByRole('button', { name: 'Invite a member' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Name').fill('Another Eve');
    await form.getByLabel('E-mail').fill('eve@example.com');
    await form.getByLabel('Viewer').check();
    await form.getByRole('button', { name: 'Invite a member' }).click();
    await form.getByText('Somebody has this login name already.').waitFor();
    expect(await form.getByLabel('E-mail').getAttribute('aria-invalid')).toBe('true');
  });

  it('is said of a form in the reader’s words, at the first field at fault, which has the focus', async () => {
    const page = await rig.open('/govern/members', { language: 'de', width: 320, height: 640 });
    await page.getByRole('button', { name: 'Mitglied einladen' }).click();
    const form = page.getByRole('dialog');
    const send = () => form.getByRole('button', { name: 'Mitglied einladen' }).click();
    const focused = () => page.evaluate<string>('document.activeElement.name || document.activeElement.type');
    await send();
    await form.getByText('Füllen Sie das aus.').first().waitFor();
    expect(await form.getByText('Füllen Sie das aus.').count()).toBe(2);
    expect(await focused()).toBe('name');
    expect(await findBarriers(page)).toEqual([]);
    await keepPicture(page, 'members-missing-de');
    await page.keyboard.type('Greta');
    await expect.poll(() => form.getByText('Füllen Sie das aus.').count()).toBe(1);
    await send();
    expect(await focused()).toBe('email');
    await page.keyboard.type('greta@example.com');
    await send();
    await form.getByRole('alert').waitFor();
    await expect.poll(focused).toBe('checkbox');
    expect(await findOverflow(page)).toBe(0);
  });

  it('is told in the reader’s language, with the server’s own words below where they say more', async () => {
    const page = await rig.open('/govern/members?member=mem_gone', { language: 'uk', width: 320, height: 640 });
    const alert = page.getByRole('alert');
    await alert.getByText('Цього вже немає, або вам цього не видно.').waitFor();
    expect(await alert.locator('[lang=en]').count()).toBe(0);
    await keepPicture(page, 'members-trouble-uk');
    await page.goto('/govern/members');
    await page.getByRole('button', { name: 'Запросити учасника' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Ім’я').fill('Eve once more');
    await form.getByLabel('пошт').fill('eve@example.com');
    await form.getByRole('checkbox').last().check();
    await form.getByRole('button', { name: 'Запросити учасника' }).click();
    await form.getByText('Це суперечить збереженому').waitFor();
    expect(await form.locator('[lang=en]').innerText()).toBe('Somebody has this login name already.');
    expect(await findBarriers(page)).toEqual([]);
    expect(await findOverflow(page)).toBe(0);
    await keepPicture(page, 'members-taken-uk');
  });

  it('is told where it happened: the last owner cannot give the role away', async () => {
    const page = await rig.open('/govern/members');
    await row(page, '(you)').click();
    const panel = page.getByRole('complementary');
    expect(await panel.getByRole('button', { name: 'Remove' }).count()).toBe(0);
    await panel.getByLabel('Viewer').check();
    await panel.getByRole('checkbox', { name: 'Owner' }).uncheck();
    await panel.getByRole('button', { name: 'Save' }).click();
    await panel.getByText('This is the last owner of the tenant').waitFor();
    await panel.getByRole('button', { name: 'Discard' }).click();
    expect(await panel.getByRole('checkbox', { name: 'Owner' }).isChecked()).toBe(true);
  });

  it('is nothing at the width of a phone, nor with names that do not end or run the other way', async () => {
    await rig.ask('POST', '/api/v1/members', { email: 'salma', name: 'سلمى الزهراني', roles: ['EDITOR'] });
    const name = 'Wolfeschlegelsteinhausenbergerdorff'.repeat(4);
    await rig.ask('POST', '/api/v1/members', { email: 'wolfe', name, roles: ['ADMIN', 'ROLE_MANAGER', 'EDITOR'] });
    const page = await rig.open('/govern/members', { width: 320, height: 640 });
    await row(page, 'Wolfe').waitFor();
    expect(await findOverflow(page)).toBe(0);
    await keepPicture(page, 'members-phone');
    await row(page, 'Wolfe').click();
    await page.getByRole('complementary').waitFor();
    expect(await findOverflow(page)).toBe(0);
    expect(await findBarriers(page)).toEqual([]);
    await keepPicture(page, 'members-phone-panel');
  });

  it.each(['uk', 'ru', 'de'] as const)('is said in %s too', async (language) => {
    const page = await rig.open('/govern/members', { language });
    await row(page, 'Ada').click();
    await page.getByRole('complementary').waitFor();
    await keepPicture(page, `members-${language}`);
    expect(await page.content()).not.toMatch(/(members|permissions)\.[a-z]+-?[a-z]*</);
  });
});

describe("one's own password", () => {
  it('is set after coming by a link, refused when it is poor, and opens the console', async () => {
    const fay = await invite('Fay', ['EDITOR']);
    const page = await enter(fay.sign_in.path);
    await page.getByRole('button', { name: 'No password yet' }).click();
    const form = page.getByRole('dialog', { name: 'Set a password' });
    const type = async (password: string, again = password): Promise<void> => {
      await form.getByLabel('New password', { exact: true }).fill(password);
      await form.getByLabel('New password once more').fill(again);
      await form.getByRole('button', { name: 'Save' }).click();
    };
    await form.getByLabel('New password', { exact: true }).pressSequentially('short');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('Take at least 12 characters.').waitFor();
    await form.getByText('Fill this in.').waitFor();
    await type(PASSWORD, `${PASSWORD}!`);
    await form.getByText('The two are not the same.').waitFor();
    await type('password1234');
    await form.getByText('among those that are guessed first').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await keepPicture(page, 'members-password');
    await type(PASSWORD);
    await page.getByText('Your password is changed.').waitFor();
    await page.getByRole('button', { name: 'No password yet' }).waitFor({ state: 'detached' });

    const other = await rig.open('/sign-in', { signedIn: false });
    await other.getByLabel('E-mail').fill('FAY@example.com ');
    await other.getByLabel('Password').fill(PASSWORD);
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.waitForURL(/work\/chat/);
    await settle(other);
    await other.getByRole('button', { name: 'Account: Fay' }).click();
    await other.getByRole('menuitem', { name: 'Change password' }).click();
    const change = other.getByRole('dialog', { name: 'Change password' });
    await change.getByLabel('Current password').fill('not the one at all');
    await change.getByLabel('New password', { exact: true }).fill(`${PASSWORD} again`);
    await change.getByLabel('New password once more').fill(`${PASSWORD} again`);
    await change.getByRole('button', { name: 'Save' }).click();
    await change.getByText('The current password is wrong.').waitFor();
    // A wrong password is no end of the session: nobody is asked to sign in anew.
    expect(await other.getByText('Your session has ended').count()).toBe(0);
    await change.getByLabel('Current password').fill(PASSWORD);
    await change.getByRole('button', { name: 'Save' }).click();
    await other.getByText('Your password is changed.').waitFor();
    expect((await page.request.get('/api/v1/me')).status()).toBe(401);
    expect((await other.request.get('/api/v1/me')).status()).toBe(200);
  });
});
