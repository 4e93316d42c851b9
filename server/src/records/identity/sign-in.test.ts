import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { openIdentityRig, type IdentityRig, type Reply } from './testing.ts';

const SIGN_IN = '/api/v1/sign-in';
const ME = '/api/v1/me';
const PASSWORD = 'tally sticks at dawn';
const WRONG = 'not the one at all';
const MINUTE_MS = 60_000;

let rig: IdentityRig;
beforeAll(async () => {
  rig = await openIdentityRig();
});
afterAll(() => rig.close());

const setPassword = (token: string, password: string, current?: string): Promise<Reply> =>
  rig.callAs(token, 'PUT', `${ME}/password`, {
    password,
    ...(current === undefined ? {} : { current_password: current }),
  });
const signIn = (email: string, password: string, held?: string): Promise<Reply> =>
  rig.callPublic(SIGN_IN, { email, password }, held);
const isAlive = async (token: string): Promise<boolean> => (await rig.callAs(token, 'GET', ME)).status === 200;
const rows = (table: string): Promise<string> =>
  rig.database.asRole('operator', async (tx) => {
    const found = await sql<{ row: string }>`select row_to_json(one)::text as row from ${sql.table(table)} one`.execute(
      tx,
    );
    return found.rows.map(({ row }) => row).join('\n');
  });

/** A member with a password, whose link's grace has passed. */
async function makeMember(name: string, fields: Record<string, unknown> = {}): Promise<{ id: string; token: string }> {
  const { id, token } = await rig.makeMember(name, fields);
  expect((await setPassword(token, PASSWORD)).status).toBe(204);
  return { id, token };
}

describe('sign-in by password', () => {
  it('opens a session of the member, however the name was typed', async () => {
    await makeMember('ann@example.com');
    const { status, body, sessionToken } = await signIn('  ANN@Example.com ', PASSWORD);
    expect([status, body]).toMatchObject([200, { kind: 'member', member: { email: 'ann@example.com' } }]);
    expect(sessionToken).toMatch(/^[0-9a-z]{52}$/);
    expect(JSON.stringify(body)).not.toContain(sessionToken);
    expect(await isAlive(String(sessionToken))).toBe(true);
  });

  it('matches letters that were composed otherwise', async () => {
    const { token } = await rig.makeMember('composed');
    await setPassword(token, 'Am\u00e9lie walks the dog');
    expect((await signIn('composed', 'Ame\u0301lie walks the dog')).status).toBe(200);
  });

  it('stores neither password nor token, only what cannot be turned back', async () => {
    const { token } = await makeMember('hashed');
    const stored = [await rows('member_password'), await rows('console_session'), await rows('sign_in_link')].join(
      '\n',
    );
    expect(stored).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
    expect(stored).toContain(hash('sha256', token));
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(PASSWORD);
  });

  it('answers alike for nobody, for who has no password, for who is suspended and for a wrong one', async () => {
    await makeMember('known');
    const { id } = await makeMember('paused');
    await rig.call(rig.ownerKey, 'PATCH', `/api/v1/members/${id}`, { version: 2, status: 'suspended' });
    await rig.invite('unready');
    const replies = [
      await signIn('known', WRONG),
      await signIn('no such person', WRONG),
      await signIn('unready', WRONG),
      await signIn('paused', PASSWORD),
    ];
    for (const reply of replies) expect(reply).toEqual(replies[0]);
    expect(replies[0]).toMatchObject({ status: 401, body: { code: 'sign_in_failed' } });
  });

  it('takes as long for nobody as for somebody', async () => {
    await makeMember('timed');
    const measure = async (name: string): Promise<number> => {
      const startedMs = performance.now();
      await signIn(name, WRONG);
      return performance.now() - startedMs;
    };
    await measure('timed');
    let [known, unknown] = [Infinity, Infinity];
    // In turn, and the quickest of each: whatever else the machine does delays both.
    for (const name of ['n1', 'n2', 'n3']) {
      known = Math.min(known, await measure('timed'));
      unknown = Math.min(unknown, await measure(name));
    }
    // Without the work of a hash an answer takes a tenth of this.
    expect(unknown).toBeGreaterThan(known / 3);
  });

  it.each([
    ['a name alone', { email: 'x' }],
    ['a password alone', { password: PASSWORD }],
    ['nothing', {}],
    ['a password of 10,000 characters', { email: 'x', password: 'x'.repeat(10_000) }],
    ['a name that does not end', { email: 'x'.repeat(201), password: PASSWORD }],
    ['an empty name', { email: '', password: PASSWORD }],
    ['a field that is not there', { email: 'x', password: PASSWORD, remember: true }],
  ])('refuses %s', async (_what, body) => {
    expect((await rig.callPublic(SIGN_IN, body)).status).toBe(400);
  });
});

describe('wrong passwords in a row', () => {
  /** The seconds to wait after each of so many attempts; 0: not locked. */
  async function attempt(name: string, times: number): Promise<number[]> {
    const waits: number[] = [];
    for (let count = 0; count < times; count += 1) {
      const { body } = await signIn(name, WRONG);
      expect(body['code']).toBe('sign_in_failed');
      const locked = await signIn(name, PASSWORD);
      if (locked.body['code'] === 'sign_in_locked') {
        const { locked_until: until } = JSON.parse(
          (await rows('sign_in_attempt')).split('\n').find((row) => row.includes(hash('sha256', name))) ?? '{}',
        ) as { locked_until: string };
        const waitMs = Date.parse(until) - rig.clock.now();
        waits.push(waitMs / 1_000);
        rig.clock.advance(waitMs - 1);
        expect((await signIn(name, PASSWORD)).body['code']).toBe('sign_in_locked');
        rig.clock.advance(1);
      }
    }
    return waits;
  }

  it('lock the name for a time that doubles up to a quarter of an hour, whether anybody has it or not', async () => {
    await rig.invite('locked');
    const expected = [30, 60, 120, 240, 480, 900, 900];
    for (const name of ['locked', 'not a member']) {
      for (let count = 0; count < 4; count += 1) await signIn(name, WRONG);
      expect(await attempt(name, 7)).toEqual(expected);
    }
  });

  it('are forgotten by a right one, and by a day without any', async () => {
    await makeMember('forgiven');
    for (let round = 0; round < 3; round += 1) {
      for (let count = 0; count < 4; count += 1) expect((await signIn('forgiven', WRONG)).status).toBe(401);
      expect((await signIn('forgiven', PASSWORD)).status).toBe(200);
    }
    for (let count = 0; count < 5; count += 1) await signIn('quiet', WRONG);
    expect((await signIn('quiet', WRONG)).body['code']).toBe('sign_in_locked');
    rig.clock.advance(24 * 60 * MINUTE_MS);
    for (let count = 0; count < 4; count += 1)
      expect((await signIn('quiet', WRONG)).body['code']).toBe('sign_in_failed');
  });

  it('that come all at once are counted one by one', async () => {
    const codes = await Promise.all(
      Array.from({ length: 12 }, async () => (await signIn('stormed', WRONG)).body['code']),
    );
    expect(codes.filter((code) => code === 'sign_in_failed')).toHaveLength(5);
    expect(codes.filter((code) => code === 'sign_in_locked')).toHaveLength(7);
  });

  /** More under made-up names than there are places, all at once. */
  const flood = (round: string): Promise<Reply[]> =>
    Promise.all(Array.from({ length: 100 }, (_, at) => signIn(`made-up-${round}-${at}`, WRONG)));
  const codesOf = (replies: readonly Reply[]): unknown[] => replies.map(({ body }) => body['code']);

  it('are no attempts that a flood of others kept from being looked at', async () => {
    const { token } = await makeMember('crowded-out');
    const others = flood('sign-in');
    const refused = await Promise.all(Array.from({ length: 6 }, () => signIn('crowded-out', PASSWORD)));
    expect(codesOf(refused)).toEqual(Array(6).fill('overloaded'));
    expect(new Set(codesOf(await others))).toEqual(new Set(['sign_in_failed', 'overloaded']));
    expect((await signIn('crowded-out', PASSWORD)).status).toBe(200);

    rig.clock.advance(15 * MINUTE_MS - 1);
    expect(await isAlive(token)).toBe(true);
    rig.clock.advance(1);
    const changing = setPassword(token, `${PASSWORD} new`, PASSWORD);
    await flood('change');
    expect((await changing).body['code']).toBe('overloaded');
    expect(await rows('sign_in_attempt')).not.toContain(hash('sha256', 'crowded-out'));
    expect((await setPassword(token, `${PASSWORD} new`, PASSWORD)).status).toBe(204);
  });

  it('lock neither a key nor a link', async () => {
    const { link } = await rig.invite('free-to-come');
    for (let count = 0; count < 6; count += 1) await signIn('free-to-come', WRONG);
    expect((await signIn('free-to-come', WRONG)).body['code']).toBe('sign_in_locked');
    expect((await rig.call(rig.ownerKey, 'GET', ME)).status).toBe(200);
    expect((await rig.callPublic(SIGN_IN, { token: link })).status).toBe(200);
  });

  it('count where the current one is asked for, too', async () => {
    const { token } = await makeMember('guessed-from-inside');
    rig.clock.advance(15 * MINUTE_MS - 1);
    expect(await isAlive(token)).toBe(true);
    rig.clock.advance(1);
    for (let count = 0; count < 5; count += 1) {
      const { status, body } = await setPassword(token, `${PASSWORD} ${count}`, WRONG);
      expect([status, body['param']]).toEqual([401, 'current_password']);
    }
    expect((await setPassword(token, `${PASSWORD} new`, PASSWORD)).body['code']).toBe('sign_in_locked');
  });

  it('do not count where the current one is right and the new one is poor', async () => {
    const { token } = await makeMember('clumsy');
    rig.clock.advance(14 * MINUTE_MS);
    expect(await isAlive(token)).toBe(true);
    rig.clock.advance(MINUTE_MS);
    for (let count = 0; count < 7; count += 1) {
      expect((await setPassword(token, 'short', PASSWORD)).body).toMatchObject({ code: 'invalid_request' });
    }
    expect((await setPassword(token, `${PASSWORD} new`, PASSWORD)).status).toBe(204);
  });
});

describe('a one-time link', () => {
  it('opens once, also for two at the same moment', async () => {
    const { link } = await rig.invite('one-of-two');
    const replies = await Promise.all([1, 2, 3].map(() => rig.callPublic(SIGN_IN, { token: link })));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 401, 401]);
    expect((await rig.callPublic(SIGN_IN, { token: link })).body['code']).toBe('sign_in_link_invalid');
  });

  it('ends after a quarter of an hour, and when a newer one is made', async () => {
    const { id, link } = await rig.invite('too-late');
    rig.clock.advance(15 * MINUTE_MS);
    expect((await rig.callPublic(SIGN_IN, { token: link })).body['code']).toBe('sign_in_link_invalid');
    const renew = async (): Promise<string> => {
      const { body } = await rig.call(rig.ownerKey, 'POST', `/api/v1/members/${id}/sign-in-link`);
      return String(body['path']).split('=')[1] ?? '';
    };
    const first = await renew();
    const second = await renew();
    expect((await rig.callPublic(SIGN_IN, { token: first })).status).toBe(401);
    rig.clock.advance(15 * MINUTE_MS - 1);
    expect((await rig.callPublic(SIGN_IN, { token: second })).status).toBe(200);
  });

  it('that somebody holds ends when the member sets a password or is suspended', async () => {
    const { id, token } = await rig.makeMember('careful');
    const { body } = await rig.call(rig.ownerKey, 'POST', `/api/v1/members/${id}/sign-in-link`);
    await setPassword(token, PASSWORD);
    expect((await rig.callPublic(SIGN_IN, { token: String(body['path']).split('=')[1] })).status).toBe(401);
    const paused = await rig.invite('paused-before-they-came');
    const change = { version: 1, status: 'suspended' };
    expect((await rig.call(rig.ownerKey, 'PATCH', `/api/v1/members/${paused.id}`, change)).status).toBe(200);
    expect((await rig.callPublic(SIGN_IN, { token: paused.link })).status).toBe(401);
    expect((await rig.call(rig.ownerKey, 'POST', `/api/v1/members/${paused.id}/sign-in-link`)).status).toBe(409);
  });
});
