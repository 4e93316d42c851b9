/** Catalogues and what stands for them in code and documents: error codes, tables, names of the contracts. */
import { ERRORS, HEADERS, METRICS, PERMISSIONS, SPANS, TABLES } from '@reeve/contracts';
import type { Plan } from '../../scripts/architecture-plan.ts';
import { isSource, type Rule, type Tree, withoutComments } from './tree.ts';

const ERROR_PAGE = 'docs/errors.md';
const REFERENCE = 'docs/reference.md';
const ENVIRONMENT = 'server/src/roles/environment.ts';
const PROCESS_SHAPE = 'server/src/roles/process-shape.ts';
/** The environment's keys of providers stand where the providers are listed. */
const PROVIDER_LISTS = ['server/src/path/adapters/adapters-list.ts', 'server/src/path/adapters/openai-presets.ts'];

export function catalogueRules(plan: Plan): Rule[] {
  return [
    { name: 'errors are used', check: checkErrorsUsed },
    { name: 'errors are documented', check: checkErrorsDocumented },
    { name: 'errors have words in every language', check: checkErrorWords },
    { name: 'tables are those of the contract', check: checkTables },
    { name: 'each table in one store of its owner', check: (tree) => checkStores(plan, tree) },
    { name: 'SQL only in stores', check: checkSql },
    { name: 'names are used', check: checkNamesUsed },
    { name: 'names are documented', check: checkNamesDocumented },
    { name: 'no name beside the contract', check: checkStrayNames },
    { name: 'variables are documented', check: checkVariables },
    { name: 'endpoints are documented', check: checkEndpoints },
  ];
}

/** The program without the contracts, comments taken out. */
function serverCode(tree: Tree): [path: string, text: string][] {
  return [...tree]
    .filter(([path]) => isSource(path) && path.startsWith('server/'))
    .map(([path, text]) => [path, withoutComments(text)]);
}

function checkErrorsUsed(tree: Tree): string[] {
  const code = serverCode(tree)
    .map(([, text]) => text)
    .join('\n');
  return Object.keys(ERRORS)
    .filter((name) => !code.includes(`'${name}'`))
    .map((name) => `nothing in server/src says '${name}'`);
}

/** Rows look like: | `code` | status | … */
function checkErrorsDocumented(tree: Tree): string[] {
  const rows = new Map(
    [...(tree.get(ERROR_PAGE) ?? '').matchAll(/^\| `([a-z0-9_]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
      code,
      status,
    ]),
  );
  const expected = new Map(Object.entries(ERRORS).map(([code, entry]) => [code, String(entry.status)]));
  return [
    ...[...expected]
      .filter(([code, status]) => rows.get(code) !== status)
      .map(([code]) => `${ERROR_PAGE}: no row for ${code}`),
    ...[...rows.keys()]
      .filter((code) => !expected.has(code ?? ''))
      .map((code) => `${ERROR_PAGE}: ${code} does not exist`),
  ];
}

/** The console tells each code in the reader's language; a text that is the English one is none. */
function checkErrorWords(tree: Tree): string[] {
  const english = readErrorWords(tree, 'en');
  return LANGUAGES.flatMap((language) => {
    const words = language === 'en' ? english : readErrorWords(tree, language);
    return Object.keys(ERRORS)
      .filter((code) => !words.has(code) || (language !== 'en' && words.get(code) === english.get(code)))
      .map((code) => `console/src/strings/${language}/errors.ts: no words for ${code}`);
  });
}

const LANGUAGES = ['en', 'uk', 'ru', 'de'];

function readErrorWords(tree: Tree, language: string): Map<string, string> {
  const text = tree.get(`console/src/strings/${language}/errors.ts`) ?? '';
  const rows = text.matchAll(/^ {2}(\w+):\s+(['"])(.+)\2,$/gm);
  return new Map([...rows].map(([, code = '', , words = '']) => [code, words]));
}

function migratedTables(tree: Tree): string[] {
  return [...tree]
    .filter(([path]) => /^server\/migrations\/.*\.up\.sql$/.test(path))
    .flatMap(([, text]) => [...text.matchAll(/^create table (?:if not exists )?(\w+)\b(?!\s+partition of)/gm)])
    .flatMap(([, table]) => table ?? []);
}

function checkTables(tree: Tree): string[] {
  return differences(migratedTables(tree), TABLES, 'server/migrations', 'TABLES of the contracts');
}

/** What only counts the rows of a folder's tables may stand beside their store, and changes none. */
const FIGURES = /-figures-store\.ts$/;

function checkStores(plan: Plan, tree: Tree): string[] {
  const all = serverCode(tree).filter(([path]) => path.endsWith('-store.ts'));
  const writers = all
    .filter(([path, text]) => FIGURES.test(path) && /\b(insert into|delete from|update \w+ set)\b/i.test(text))
    .map(([path]) => `${path} changes rows: that belongs to the store`);
  const stores = all.filter(([path]) => !FIGURES.test(path));
  const owners = new Map(
    [...plan.rooms, ...plan.platformFolders].flatMap((place) => place.tables.map((table) => [table, place.path])),
  );
  const faults = migratedTables(tree).flatMap((table) => {
    const named = new RegExp(`(?:from|into|update|join|delete from|table)\\W{1,3}(?:only\\s+)?${table}\\b`, 'i');
    const users = stores.filter(([, text]) => named.test(text)).map(([path]) => path);
    const owner = owners.get(table);
    if (owner === undefined) return [`architecture.json: nobody owns the table ${table}`];
    if (users.length !== 1) return [`${table} stands in ${users.length} stores: ${users.join(', ')}`];
    return users.every((path) => path.startsWith(`${owner}/`))
      ? []
      : [`${table} belongs to ${owner}, not to ${users[0]}`];
  });
  return [...writers, ...faults];
}

const SQL =
  /\bsql`|\bsql\.raw\b|\.(selectFrom|insertInto|updateTable|deleteFrom)\(|['"`]\s*(insert into|delete from|select [\w*"].* from|update \w+ set|create table|set local)\b/i;

function checkSql(tree: Tree): string[] {
  return serverCode(tree)
    .filter(([path]) => !path.endsWith('-store.ts') && !path.startsWith('server/src/platform/database/'))
    .filter(([, text]) => SQL.test(text))
    .map(([path, text]) => `${path}: SQL outside a store: ${SQL.exec(text)?.[0] ?? ''}`);
}

/** The name itself → how code may say it. */
function contractNames(): [name: string, spellings: string[]][] {
  const keyed = (holder: string, values: Readonly<Record<string, string>>): [string, string[]][] =>
    Object.entries(values).map(([key, name]) => [name, [`${holder}.${key}`, `'${name}'`]]);
  return [
    ...keyed('HEADERS', HEADERS),
    ...keyed('METRICS', METRICS),
    ...[...PERMISSIONS, ...SPANS].map((name): [string, string[]] => [name, [`'${name}'`]]),
  ];
}

function checkNamesUsed(tree: Tree): string[] {
  const code = serverCode(tree)
    .map(([, text]) => text)
    .join('\n');
  return contractNames()
    .filter(([, spellings]) => !spellings.some((spelling) => saysWhole(code, spelling)))
    .map(([name]) => `nothing in server/src emits ${name}`);
}

function saysWhole(text: string, spelling: string): boolean {
  return new RegExp(`${spelling.replaceAll('.', String.raw`\.`)}(?![\\w])`).test(text);
}

function checkNamesDocumented(tree: Tree): string[] {
  const page = tree.get(REFERENCE) ?? '';
  return [...contractNames().map(([name]) => name), ...TABLES]
    .filter((name) => !page.includes(`\`${name}\``))
    .map((name) => `${REFERENCE} does not name ${name}`);
}

const EMITTED =
  /\bx-reeve-[a-z-]*[a-z]|\b(?:reeve|agent|gen_ai|policy|node|channel)_[a-z_]*(?:_total|_seconds|_bytes|_rate|_usage)\b/g;

function checkStrayNames(tree: Tree): string[] {
  const known = new Set([...Object.values(HEADERS), ...Object.values(METRICS)] as string[]);
  return serverCode(tree).flatMap(([path, text]) =>
    [...text.matchAll(EMITTED)]
      .filter(([name]) => !known.has(name))
      .map(([name]) => `${path}: ${name} is not in the contracts`),
  );
}

function checkVariables(tree: Tree): string[] {
  const read = [
    ...[ENVIRONMENT, PROCESS_SHAPE].flatMap((path) => names(tree.get(path) ?? '', /'([A-Z][A-Z0-9]*_[A-Z0-9_]+)'/g)),
    ...PROVIDER_LISTS.flatMap((path) => names(tree.get(path) ?? '', /'([A-Z][A-Z0-9]*_API_KEY)'/g)),
  ];
  const documented = names(tree.get(REFERENCE) ?? '', /`((?:(?:REEVE|OTEL)_[A-Z0-9_]+)|[A-Z0-9]+_API_KEY)`/g);
  return differences(
    documented.filter((name) => !name.startsWith('REEVE_TEST_')),
    read,
    REFERENCE,
    ENVIRONMENT,
  );
}

/** What the routes serve; the reference has each path in backticks. */
function checkEndpoints(tree: Tree): string[] {
  const served = serverCode(tree).flatMap(([, text]) => servedPaths(text));
  const section = /## Endpoints\n([\s\S]*?)(\n## |$)/.exec(tree.get(REFERENCE) ?? '')?.[1] ?? '';
  return differences(names(section, /`(?:[A-Z]+ )?(\/[^`\s]*)`/g), served, `${REFERENCE} (Endpoints)`, 'the routes');
}

/** A route says `path: '/…'`, `path: PATH` or `` path: `${PATH}/…` ``, where PATH is a constant of its file. */
function servedPaths(text: string): string[] {
  const constants = new Map([...text.matchAll(/^const (\w+) = '(\/[^']*)'/gm)].map(([, name, path]) => [name, path]));
  const spelled = names(text, /(?:\bpath: |\broute\()'(\/[^']*)'/g);
  const composed = [...text.matchAll(/\bpath: (?:(\w+),\n|`\$\{(\w+)\}([^`]*)`)/g)].flatMap(([, plain, base, rest]) => {
    const path = constants.get(plain ?? base);
    return path === undefined ? [] : [`${path}${rest ?? ''}`];
  });
  return [...spelled, ...composed];
}

function names(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].flatMap((match) => match.slice(1).find(Boolean) ?? []))];
}

function differences(left: readonly string[], right: readonly string[], leftName: string, rightName: string): string[] {
  const [all, others] = [new Set(left), new Set(right)];
  return [
    ...[...all].filter((name) => !others.has(name)).map((name) => `${name} is in ${leftName} and not in ${rightName}`),
    ...[...others].filter((name) => !all.has(name)).map((name) => `${name} is in ${rightName} and not in ${leftName}`),
  ];
}
