/** The schema as sorted lines, so that a test can compare it with a checked-in file and a reviewer can read it. */
import type { Session } from './sessions.ts';

/** Partitions of single months come and go; the default partition stands for them. */
const LASTING = `n.nspname = 'public' and c.relname !~ '^(receipt|outbox|inbox)_[0-9]{6}$' and c.relname <> 'schema_migration'`;

const PARTS: readonly string[] = [
  `select format('table %s%s%s%s', c.relname, case when c.relispartition then ' partition' else '' end,
       case when c.relrowsecurity then ' rls' else '' end, case when c.relforcerowsecurity then ' forced' else '' end) as line
     from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${LASTING} and c.relkind in ('r', 'p')`,
  `select format('column %s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
       case when a.attnotnull then ' not null' else '' end, coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')) as line
     from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where ${LASTING} and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped`,
  // Newer versions list NOT NULL among the constraints too ('n'); the columns say it already.
  `select format('constraint %s.%s %s', c.relname, k.conname, pg_get_constraintdef(k.oid)) as line
     from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
     where ${LASTING} and k.contype <> 'n'`,
  `select format('index %s', pg_get_indexdef(i.indexrelid)) as line
     from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace where ${LASTING}`,
  `select format('policy %s.%s %s to %s using %s check %s', tablename, policyname, lower(cmd),
       array_to_string(roles, ','), coalesce(qual, '-'), coalesce(with_check, '-')) as line
     from pg_policies where schemaname = 'public'`,
  `select format('grant %s on %s to %s', string_agg(lower(privilege_type), ',' order by privilege_type), table_name, grantee) as line
     from information_schema.role_table_grants
     where table_schema = 'public' and grantee like 'reeve\\_%' group by table_name, grantee`,
  `select format('function %s(%s)%s execute %s', p.proname, pg_get_function_identity_arguments(p.oid),
       case when p.prosecdef then ' security definer' else '' end,
       coalesce((select string_agg(g.grantee::regrole::text, ',' order by g.grantee::regrole::text)
         from aclexplode(p.proacl) g where g.grantee <> p.proowner), '-')) as line
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public'`,
];

/** One line per table, column, constraint, index, policy, grant and function of `public`. */
export async function describeSchema(session: Session): Promise<string> {
  const lines: string[] = [];
  for (const part of PARTS) {
    const { rows } = await session.query(part);
    lines.push(...rows.map(({ line }) => String(line)).toSorted());
  }
  return `${lines.join('\n')}\n`;
}
