/** What sign-in promises with two processes over one PostgreSQL; and that the checks turn red where the promise is broken. */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type PostgresRig } from '../../../test/rigs/postgres.ts';
import { openPostgresDatabase } from '../../platform/database/postgres-database.ts';
import { openIdentityRig, type IdentityRig } from './testing.ts';

const SIGN_IN = '/api/v1/sign-in';
const ME = '/api/v1/me';
const PASSWORD = 'tally sticks at dawn';
const WRONG = 'not the one at all';

let postgres: PostgresRig;
let url: string;
let here: IdentityRig;
let there: IdentityRig;
let names = 0;

beforeAll(async () => {
  postgres = await startPostgres();
  url = await postgres.url('sign_in');
  const database = await openPostgresDatabase({ url });
  await database.migrate();
  here = await openIdentityRig(database);
  there = await openIdentityRig(await openPostgresDatabase({ url }), { ownerKey: here.ownerKey, seed: 8 });
});
afterAll(async () => {
  await Promise.all([there.close(), here.close()]);
  await Promise.all([there.database.close(), here.database.close()]);
  await postgres.stop();
});

const someone = (): string => {
  names += 1;
  return `member-${names}`;
};
const change = (id: string, version: number, wish: object) =>
  here.call(here.ownerKey, 'PATCH', `/api/v1/members/${id}`, { version, ...wish });

/** Of many who use a link at once, in two processes, one comes in; later nobody. */
async function checkLinkOpensOnce(): Promise<void> {
  const { link } = await here.invite(someone());
  const use = (rig: IdentityRig): Promise<number> =>
    rig.callPublic(SIGN_IN, { token: link }).then(({ status }) => status);
  const statuses = await Promise.all([here, there, here, there].map(use));
  expect(statuses.toSorted()).toEqual([200, 401, 401, 401]);
  expect(await use(there)).toBe(401);
}

/** What is done here holds there at the next request. */
async function checkHoldsElsewhereAtOnce(elsewhere: IdentityRig): Promise<void> {
  const { id, token } = await here.makeMember(someone(), { roles: ['TENANT_ADMIN'] });
  const status = async (): Promise<number> => (await elsewhere.callAs(token, 'GET', '/api/v1/keys')).status;
  expect(await status()).toBe(200);
  await change(id, 2, { roles: ['VIEWER'] });
  expect(await status()).toBe(403);
  await change(id, 3, { roles: ['TENANT_ADMIN'] });
  expect(await status()).toBe(200);
  await change(id, 4, { status: 'suspended' });
  expect(await status()).toBe(401);
}

/** Guesses that come from everywhere at once are one count. */
async function checkNameLocks(): Promise<void> {
  const login = someone();
  const guesses = Array.from({ length: 10 }, (_, at) =>
    [here, there][at % 2]?.callPublic(SIGN_IN, { email: login, password: WRONG }),
  );
  const codes = (await Promise.all(guesses)).map((reply) => reply?.body['code']);
  expect(codes.filter((code) => code === 'sign_in_failed')).toHaveLength(5);
  expect(codes.filter((code) => code === 'sign_in_locked')).toHaveLength(5);
}

/** Of two owners who go at once, through two processes, one stays. */
async function checkOwnerStays(): Promise<void> {
  const { id } = await here.makeTenant(someone());
  const [one, two] = await Promise.all([1, 2].map(() => here.invite(someone(), { roles: ['OWNER'], tenant_id: id })));
  const remove = (rig: IdentityRig, member: { id: string } | undefined) =>
    rig.call(rig.ownerKey, 'DELETE', `/api/v1/members/${member?.id}`);
  const replies = await Promise.all([remove(here, one), remove(there, two)]);
  expect(replies.map(({ status }) => status).toSorted()).toEqual([204, 409]);
}

/** In no table one of the texts stands as it is. */
async function checkNothingStoredPlain(texts: readonly string[]): Promise<void> {
  const tables = ['member', 'member_password', 'console_session', 'sign_in_link', 'sign_in_attempt', 'api_key'];
  for (const table of tables) {
    const rows = JSON.stringify(await administer(`select * from ${table}`));
    expect([table, texts.filter((text) => rows.includes(text))]).toEqual([table, []]);
  }
}

/** Asks as the database's administrator, past every policy. */
async function administer(statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: postgres.adminUrl('sign_in') });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Breaks a table's promise by a trigger while `check` runs, which must notice. */
async function expectNoticed(table: string, when: string, body: string, check: () => Promise<void>): Promise<void> {
  await administer(
    `create function seeded_fault() returns trigger language plpgsql as $$ begin ${body} end $$;
     create trigger seeded_fault ${when} on ${table} for each row execute function seeded_fault()`,
  );
  try {
    await expect(check()).rejects.toThrow();
  } finally {
    await administer('drop function seeded_fault cascade');
  }
}

describe('with two processes', () => {
  it('a link opens once, whoever comes where', checkLinkOpensOnce);
  it('roles and suspension hold in the other at the next request', () => checkHoldsElsewhereAtOnce(there));
  it('wrong passwords are counted together', checkNameLocks);
  it('one owner stays', async () => {
    for (let round = 0; round < 5; round += 1) await checkOwnerStays();
  });

  it('a new password ends the sessions in the other, and a session goes on wherever its request comes', async () => {
    const { id, token } = await here.makeMember(someone());
    const { body } = await here.call(here.ownerKey, 'POST', `/api/v1/members/${id}/sign-in-link`);
    const other = await there.callPublic(SIGN_IN, { token: String(body['path']).split('=')[1] });
    expect((await here.callAs(String(other.sessionToken), 'GET', ME)).status).toBe(200);
    expect((await there.callAs(token, 'PUT', `${ME}/password`, { password: PASSWORD })).status).toBe(204);
    expect((await here.callAs(String(other.sessionToken), 'GET', ME)).status).toBe(401);
    expect((await here.callAs(token, 'GET', ME)).status).toBe(200);
  });

  it('nothing that opens is stored as it is', async () => {
    const { token } = await here.makeMember(someone());
    await here.callAs(token, 'PUT', `${ME}/password`, { password: PASSWORD });
    const { link } = await here.invite(someone());
    await checkNothingStoredPlain([token, link, PASSWORD, here.ownerKey]);
  });
});

describe('a seeded fault is noticed', () => {
  it('a link that is there again after its use', () =>
    expectNoticed(
      'sign_in_link',
      'after delete',
      'insert into sign_in_link select old.*; return null;',
      checkLinkOpensOnce,
    ));

  it('a count that starts afresh each time', () =>
    expectNoticed(
      'sign_in_attempt',
      'before update',
      'new.failures := 0; new.locked_until := null; return new;',
      checkNameLocks,
    ));

  it('a process that remembers what a session may do', async () => {
    const known = new Map<string, ReturnType<typeof there.callAs>>();
    const remembering: IdentityRig = {
      ...there,
      callAs(token, ...wanted) {
        const reply = known.get(token) ?? there.callAs(token, ...wanted);
        known.set(token, reply);
        return reply;
      },
    };
    await expect(checkHoldsElsewhereAtOnce(remembering)).rejects.toThrow();
  });

  it('a suspension that is taken back', () =>
    expectNoticed('member', 'before update', `new.status := 'active'; return new;`, () =>
      checkHoldsElsewhereAtOnce(there),
    ));

  it('a token that stands in a table as it is', async () => {
    const { id, token } = await here.makeMember(someone());
    await administer(`update member set name = 'x ${token} y' where id = '${id}'`);
    await expect(checkNothingStoredPlain([token])).rejects.toThrow();
  });
});
