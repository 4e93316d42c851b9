/** The migrations and the checked-in schema belong together; the same on both engines. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeSchema } from './describe-schema.testing.ts';
import { migrate } from './migrate.ts';
import { readMigrations } from './migrations.ts';
import { type Connect, type Session, withSession } from './sessions.ts';

const SNAPSHOT = '../../../migrations/schema.snapshot.txt';

export interface EmptyDatabase {
  connect: Connect;
  close(): Promise<void>;
}

/** To be called inside a `describe` that names the engine; `open` gives a database without any of our tables. */
export function schemaContract(open: () => Promise<EmptyDatabase>): void {
  let database: EmptyDatabase;
  const migrations = readMigrations();
  const move = (target?: string): Promise<string[]> => migrate(database.connect, migrations, target);
  const within = <T>(work: (session: Session) => Promise<T>): Promise<T> => withSession(database.connect, work);

  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());

  it('lead to the schema that is checked in', async () => {
    await move();
    await expect(await within(describeSchema)).toMatchFileSnapshot(SNAPSHOT);
  });

  it('go down to nothing and up to the same schema', async () => {
    const before = await within(describeSchema);
    await move('');
    expect(await within(describeSchema)).toBe('\n');
    expect(await move()).toEqual(migrations.map((migration) => migration.name));
    expect(await within(describeSchema)).toBe(before);
  });

  it('go down and up one by one', async () => {
    const before = await within(describeSchema);
    for (const { name: step } of migrations.toReversed()) await move(step);
    for (const { name: step } of migrations) await move(step);
    expect(await within(describeSchema)).toBe(before);
  });

  it('are refused in plain words where the last one is run a second time', async () => {
    const forgotten = migrations.at(-1)?.name ?? '';
    await within((session) => session.query('delete from schema_migration where name = $1', [forgotten]));
    const before = await within(describeSchema);
    await expect(move()).rejects.toThrow(`${forgotten} failed`);
    expect(await within(describeSchema)).toBe(before);
  });

  it.each([
    ['a column more', 'alter table tenant add column extra text', 'column tenant.extra text'],
    ['a policy less', 'drop policy receipt_app on receipt', null],
    ['row security off', 'alter table receipt disable row level security', 'table receipt forced'],
    ['a grant more', 'grant delete on receipt to reeve_app', 'grant delete,select on receipt to reeve_app'],
    ['an index less', 'drop index receipt_by_writer', null],
  ])('fault: %s shows', async (_what, change, line) => {
    const before = await within(describeSchema);
    const after = await within(async (session) => {
      await session.query('begin');
      await session.query(change);
      const seen = await describeSchema(session);
      await session.query('rollback');
      return seen;
    });
    expect(after).not.toBe(before);
    if (line !== null) expect(after.split('\n')).toContain(line);
  });
}
