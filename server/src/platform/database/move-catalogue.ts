/** What a database says of its own tables: all that copying them as a whole has to know. */
import { escapeIdentifier } from 'pg';
import type { CopySession } from './copy-rows.ts';

export interface MoveTable {
  name: string;
  /** All that are stored; computed ones come by themselves. */
  columns: readonly string[];
  /** The primary key, with its types. */
  key: readonly { column: string; type: string }[];
  /** Columns with a sequence of their own. */
  counters: readonly string[];
}

/** These belong to the database they stand in. */
const OWN_TABLES = new Set(['schema_migration', 'data_move']);

const TABLES_QUERY = `
  select c.relname as name, n.nspname as schema,
    (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
    (select json_agg(json_build_object('column', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) order by k.place)
      from pg_index i, unnest(i.indkey) with ordinality as k (attnum, place), pg_attribute a
      where i.indrelid = c.oid and i.indisprimary and a.attrelid = c.oid and a.attnum = k.attnum) as key,
    coalesce((select array_agg(a.attname::text) from pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        and pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) is not null), '{}') as counters
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and not c.relispartition
    and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
  order by c.relname`;

/** Every table that holds data of Reeve, by name. Throws for one that cannot be moved. */
export async function readTables(session: CopySession): Promise<MoveTable[]> {
  const { rows } = await session.query<MoveTable & { schema: string; key: MoveTable['key'] | null }>(TABLES_QUERY);
  return rows
    .filter(({ name }) => !OWN_TABLES.has(name))
    .map(({ schema, name, columns, key, counters }) => {
      if (schema !== 'public') throw new Error(`the table ${schema}.${name} is not one of Reeve's`);
      if (key === null) throw new Error(`the table ${name} has no primary key to move it by`);
      return { name, columns, key, counters };
    });
}

/** The tables so that each stands behind those it refers to. */
export async function orderByReference(session: CopySession, tables: readonly MoveTable[]): Promise<MoveTable[]> {
  const { rows } = await session.query<{ child: string; parent: string }>(
    `select distinct conrelid::regclass::text as child, confrelid::regclass::text as parent
     from pg_constraint where contype = 'f' and conrelid <> confrelid`,
  );
  const ordered: MoveTable[] = [];
  const place = (table: MoveTable): void => {
    if (ordered.includes(table)) return;
    const parents = new Set(rows.filter(({ child }) => child === table.name).map(({ parent }) => parent));
    for (const parent of tables.filter(({ name }) => parents.has(name))) place(parent);
    ordered.push(table);
  };
  for (const table of tables) place(table);
  return ordered;
}

/** Makes the partitions that `from` has and `to` has not, so that rows come to lie where they lay. */
export async function copyPartitions(from: CopySession, to: CopySession): Promise<void> {
  const query = `
    select c.relname as name, p.relname as parent, pg_get_expr(c.relpartbound, c.oid) as bound, c.relrowsecurity as secured
    from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
    where c.relkind in ('r', 'p') order by c.relname`;
  const wanted = await from.query<{ name: string; parent: string; bound: string; secured: boolean }>(query);
  const there = await to.query<{ name: string }>(query);
  const known = new Set(there.rows.map(({ name }) => name));
  for (const { name, parent, bound, secured } of wanted.rows.filter((row) => !known.has(row.name))) {
    const [own, above] = [escapeIdentifier(name), escapeIdentifier(parent)];
    await to.query(`create table ${own} (like ${above} including all)`);
    if (secured) await to.query(`alter table ${own} enable row level security`);
    await to.query(`alter table ${above} attach partition ${own} ${bound}`);
  }
}

/** Lets the table's own sequences go on where they stand in `from`. */
export async function copyCounters(from: CopySession, to: CopySession, table: MoveTable): Promise<void> {
  for (const column of table.counters) {
    const name = 'select pg_get_serial_sequence($1, $2) as sequence';
    const { rows } = await from.query<{ sequence: string }>(name, [table.name, column]);
    const state = await from.query<{ last: string; called: boolean }>(
      `select last_value::text as last, is_called as called from ${rows[0]?.sequence}`,
    );
    const [{ last, called } = { last: '1', called: false }] = state.rows;
    await to.query('select setval(pg_get_serial_sequence($1, $2), $3::bigint, $4)', [table.name, column, last, called]);
  }
}
