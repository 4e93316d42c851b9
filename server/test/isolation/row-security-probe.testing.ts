/**
 * Asks the catalogue which tables belong to tenants and tries, as the tenants' role, to reach another tenant's rows.
 * A new table is probed without anybody remembering it.
 */
import type { Session } from '#platform/database/sessions.ts';

interface Column {
  table: string;
  name: string;
  type: string;
  required: boolean;
}

interface TenantTable {
  name: string;
  /** The column that names the tenant. */
  tenantColumn: string;
  /** What a row must have. */
  columns: Column[];
  secured: boolean;
  forced: boolean;
}

/** Two tenants that only the probe uses. */
const OWNER = 'ten_probe_a';
const STRANGER = 'ten_probe_b';

/**
 * Everything found wrong, one sentence each; nothing where the tenants are apart. `admin` is a superuser's session in
 * a transaction: it puts a row of each tenant into each table, and takes them away again.
 */
export async function probeRowSecurity(admin: Session): Promise<string[]> {
  const tables = await findTenantTables(admin);
  const faults: string[] = [];
  await admin.query('savepoint probe');
  try {
    for (const table of tables) {
      if (!table.secured) faults.push(`${table.name}: row security is off`);
      if (!table.forced) faults.push(`${table.name}: row security does not bind the owner`);
      for (const tenant of [OWNER, STRANGER]) await admin.query(insertStatement(table, tenant));
    }
    for (const table of tables) faults.push(...(await probeTable(admin, table)));
    faults.push(...(await probePartitions(admin)));
    faults.push(...(await probeSystemTables(admin)));
    faults.push(...(await probeOutbox(admin)));
  } finally {
    await admin.query('rollback to savepoint probe');
  }
  return faults;
}

/** The names of the tables that the probe looks at. */
export async function tenantTableNames(admin: Session): Promise<string[]> {
  return (await findTenantTables(admin)).map(({ name }) => name);
}

async function findTenantTables(admin: Session): Promise<TenantTable[]> {
  const { rows } = await admin.query(`
    select c.relname as "table", a.attname as name, format_type(a.atttypid, null) as type,
      a.attnotnull and not a.atthasdef and a.attidentity = '' as required, c.relrowsecurity as secured, c.relforcerowsecurity as forced
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and a.attnum > 0 and not a.attisdropped
    order by c.relname = 'tenant' desc, c.relname, a.attnum`);
  const tables = new Map<string, TenantTable>();
  for (const row of rows) {
    const { table: name, secured, forced } = row;
    const table: TenantTable = tables.get(name) ?? { name, tenantColumn: '', columns: [], secured, forced };
    tables.set(name, table);
    if (row.name === 'tenant_id' || (name === 'tenant' && row.name === 'id')) table.tenantColumn = row.name;
    table.columns.push(row);
  }
  return [...tables.values()].filter(({ tenantColumn }) => tenantColumn !== '');
}

async function probeTable(session: Session, table: TenantTable): Promise<string[]> {
  const { name, tenantColumn } = table;
  const ownRows = `${tenantColumn} = '${OWNER}'`;
  const attempts: [string, string | null, string, number][] = [
    ['does not see its own row', OWNER, `select from ${name} where ${ownRows}`, 1],
    ['sees the row of another tenant', STRANGER, `select from ${name} where ${ownRows}`, 0],
    ['sees rows without being a tenant', null, `select from ${name}`, 0],
    ['sees rows as the tenant with the empty name', '', `select from ${name}`, 0],
    [
      'changes the row of another tenant',
      STRANGER,
      `update ${name} set ${tenantColumn} = ${tenantColumn} where ${ownRows}`,
      0,
    ],
    [
      'takes over the row of another tenant',
      STRANGER,
      `update ${name} set ${tenantColumn} = '${STRANGER}' where ${ownRows}`,
      0,
    ],
    [
      'gives its row to another tenant',
      OWNER,
      `update ${name} set ${tenantColumn} = '${STRANGER}' where ${ownRows}`,
      0,
    ],
    ['deletes the row of another tenant', STRANGER, `delete from ${name} where ${ownRows}`, 0],
    ['writes a row for another tenant', STRANGER, insertStatement(table, OWNER), 0],
    ['writes a row without being a tenant', null, insertStatement(table, OWNER), 0],
  ];
  const faults: string[] = [];
  for (const [what, tenant, statement, expected] of attempts) {
    const reached = await tryAs(session, tenant, statement);
    if (reached !== expected) faults.push(`${name}: a tenant ${what}`);
  }
  return faults;
}

/** A partition can be named directly, past the policies of its parent. */
async function probePartitions(session: Session): Promise<string[]> {
  const { rows } = await session.query(`
    select relname as name, relrowsecurity as secured from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relispartition order by relname`);
  const faults: string[] = [];
  for (const { name, secured } of rows) {
    if (!secured) faults.push(`${name}: row security is off`);
    if ((await tryAs(session, STRANGER, `select from ${name}`)) !== 0)
      faults.push(`${name}: a tenant reads it directly`);
  }
  return faults;
}

/** A table without a tenant belongs to the program: tenants neither read nor change it, whatever it holds. */
async function probeSystemTables(session: Session): Promise<string[]> {
  const tenantTables = new Set((await findTenantTables(session)).map(({ name }) => name));
  const { rows } = await session.query(`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by relname`);
  const faults: string[] = [];
  for (const { name } of rows) {
    if (tenantTables.has(name)) continue;
    const { rows: granted } = await session.query(`
      select string_agg(what, ', ') as rights from unnest(array['SELECT', 'UPDATE', 'DELETE', 'TRUNCATE']) as what
      where has_table_privilege('reeve_app', 'public.${name}', what)`);
    if (granted[0]?.rights) faults.push(`${name}: a tenant may ${granted[0].rights}`);
  }
  return faults;
}

/** The tenant of an event stands in its envelope: nobody appends one for somebody else. */
async function probeOutbox(session: Session): Promise<string[]> {
  const append = (tenant: string): string => `insert into outbox (id, aggregate_type, aggregate_id, event_type, payload)
    values (gen_random_uuid(), 'probe', 'probe', 'probe', '{"tenantid": "${tenant}"}')`;
  const faults: string[] = [];
  if ((await tryAs(session, OWNER, append(OWNER))) !== 1) faults.push('outbox: a tenant cannot append its own event');
  if ((await tryAs(session, STRANGER, append(OWNER))) !== 0) faults.push('outbox: a tenant appends for another tenant');
  if ((await tryAs(session, null, append(OWNER))) !== 0) faults.push('outbox: a tenant appends without being one');
  if ((await tryAs(session, null, append(''))) !== 0) faults.push('outbox: a tenant appends for nobody');
  return faults;
}

/** How many rows the statement reached as a tenant; 0 where it was refused. Nothing of it stays. */
async function tryAs(session: Session, tenant: string | null, statement: string): Promise<number> {
  await session.query('savepoint attempt');
  try {
    await session.query('set local role reeve_app');
    if (tenant !== null) await session.query(`select set_config('reeve.tenant_id', '${tenant}', true)`);
    const { rowCount } = await session.query(statement);
    return rowCount ?? 0;
  } catch (error) {
    if (isRefusal(error)) return 0;
    throw error;
  } finally {
    await session.query('rollback to savepoint attempt');
  }
}

/** Missing privilege or a broken row security policy; anything else would hide what the probe should see. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '42501';
}

let rowNumber = 0;

/** A row of `tenant` with some value in every column that needs one; never twice the same. */
function insertStatement(table: TenantTable, tenant: string): string {
  rowNumber += 1;
  const columns = table.columns.filter(({ required, name }) => required || name === table.tenantColumn);
  const values = columns.map((column) => (column.name === table.tenantColumn ? `'${tenant}'` : someValue(column)));
  // Two attempts write a row of the same tenant: the second must fail by row security and not by its key.
  const onConflict = table.tenantColumn === 'id' ? 'on conflict do nothing' : '';
  return `insert into ${table.name} (${columns.map(({ name }) => name).join(', ')}) values (${values.join(', ')}) ${onConflict}`;
}

function someValue({ table, name, type }: Column): string {
  if (table === 'idempotency_key' && name === 'state') return `'running'`;
  switch (type) {
    case 'text':
      return `'probe-${rowNumber}'`;
    case 'bigint':
    case 'integer':
    case 'numeric':
      return String(rowNumber);
    case 'timestamp with time zone':
    case 'date':
      return 'now()';
    case 'jsonb':
      return `'{}'`;
    case 'text[]':
      return `'{}'`;
    case 'boolean':
      return 'true';
    case 'bytea':
      return `'\\x00'`;
    default:
      throw new Error(`the probe has no value for ${table}.${name} of type ${type}: teach it one`);
  }
}
