/** Fields of reeve.yaml and verbs of the command line: the reference has each that there is, and no other. */
import { Command } from 'commander';
import { readdirSync } from 'node:fs';
import { ADAPTERS } from '../../src/path/adapters/adapters-list.ts';
import { PriceEntrySchema } from '../../src/gates/accounting/prices-config.ts';
import type { Rule, Tree } from './tree.ts';

const REFERENCE = 'docs/reference.md';
const CONFIG = 'server/src/roles/config.ts';
const PROVIDERS = 'server/src/path/adapters/adapters-config.ts';
const CLI = new URL('../../src/roles/cli/', import.meta.url);

export const referenceRules: Rule[] = [
  { name: 'fields are documented', check: checkFields },
  { name: 'adapters are documented', check: checkAdapters },
  { name: 'fields of prices are documented', check: checkPrices },
  { name: 'verbs are documented', check: checkVerbs },
];

/** The fields of the file, of every provider, and of the adapters: `limits.body_mb`, `providers.<name>.x`, `` `azure`: `y` ``. */
function checkFields(tree: Tree): string[] {
  const documented = rows(tree, 'reeve.yaml', 'field').flatMap(([field = '']) => readFields(field));
  const common = fieldsOf(/^const COMMON = \{\n([\s\S]*?)\n\};/m.exec(tree.get(PROVIDERS) ?? '')?.[1] ?? '');
  const ofAdapters = Object.entries(ADAPTERS).flatMap(([adapter, { settings }]) =>
    Object.keys(settings?.properties ?? {}).map((field) => [adapter, field] as const),
  );
  const ofAll = (field: string): string => `providers.<name>.${field}`;
  const sections = fieldsOf(/^const (?:Egress|File)Schema[\s\S]*^\);/m.exec(tree.get(CONFIG) ?? '')?.[0] ?? '');
  const words = new Set(documented.flatMap((name) => name.split('.')));
  const known = new Set([
    ...common.map(ofAll),
    ...ofAdapters.flatMap(([adapter, field]) => [`${adapter}: ${field}`, ofAll(field)]),
  ]);
  return [
    ...sections.filter((name) => !words.has(name)).map((name) => `${REFERENCE} has no field ${name}`),
    ...common.filter((name) => !documented.includes(ofAll(name))).map((name) => `${REFERENCE} has no ${ofAll(name)}`),
    ...ofAdapters
      .filter(([adapter, field]) => ![`${adapter}: ${field}`, ofAll(field)].some((name) => documented.includes(name)))
      .map(([adapter, field]) => `${REFERENCE} has no field ${field} of ${adapter}`),
    ...documented
      .filter((name) => /^providers\.|: /.test(name) && !known.has(name))
      .map((name) => `${REFERENCE} has ${name}, which nothing reads`),
  ];
}

/** `` `a`: `b`, `c` `` are fields of the adapter `a`. */
function readFields(cell: string): string[] {
  const [, adapter, fields] = /^`(\w+)`: (.*)$/.exec(cell) ?? [];
  return adapter === undefined ? quoted(cell) : quoted(fields ?? '').map((field) => `${adapter}: ${field}`);
}

/** `name: Type.…`, at any depth. */
function fieldsOf(text: string): string[] {
  return [...text.matchAll(/\b([a-z_]+): Type\./g)].map(([, name = '']) => name);
}

function checkAdapters(tree: Tree): string[] {
  const documented = rows(tree, 'reeve.yaml', 'adapter').flatMap(([names = '']) => quoted(names));
  const values = Object.entries(ADAPTERS).flatMap(([, { settings }]) => findWords(settings));
  const section = sectionOf(tree, 'reeve.yaml');
  return [
    ...differ(Object.keys(ADAPTERS), documented, 'adapter'),
    ...new Set(values.filter((word) => !section.includes(`\`${word}\``)).map((word) => `${REFERENCE} lacks ${word}`)),
  ];
}

function checkPrices(tree: Tree): string[] {
  const table = rows(tree, 'reeve.yaml', 'field').map((row) => row.join(' '));
  const said = new Set(table.flatMap(quoted));
  const fields = [...findKeys(PriceEntrySchema), ...findWords(PriceEntrySchema)];
  return [...new Set(fields)].filter((name) => !said.has(name)).map((name) => `${REFERENCE} has no ${name} of a price`);
}

/** The properties of a schema, at any depth. */
function findKeys(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {} } = schema as { properties?: Record<string, unknown> };
  return Object.entries(properties).flatMap(([name, inner]) => [name, ...findKeys(inner)]);
}

/** The words that a schema's fields may hold. */
function findWords(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, inner]: [string, unknown]) => {
    if (name === 'const') return [String(inner)];
    return name === 'enum' && Array.isArray(inner) ? inner.map(String) : findWords(inner);
  });
}

/** What a verb is called, its flags, and which of the flags of nearly all it has. */
interface Verb {
  flags: string[];
  shared: Set<string>;
}

const SHARED = ['--json', '--data-dir', '--config'];
const verbs = collectVerbs(await createProgram());

/** Every file of the command line that adds a verb, asked what it adds. */
async function createProgram(): Promise<Command> {
  const program = new Command('reeve');
  for (const file of readdirSync(CLI).filter((name) => name.endsWith('-command.ts'))) {
    const module: Record<string, unknown> = await import(new URL(file, CLI).href);
    for (const [name, add] of Object.entries(module)) {
      if (/^add\w+Command$/.test(name) && typeof add === 'function') add(program, {});
    }
  }
  return program;
}

function collectVerbs(command: Command, path = ''): Map<string, Verb> {
  const found = new Map<string, Verb>();
  for (const inner of command.commands) {
    const name = `${path} ${inner.name()}`.trim();
    const flags = inner.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []);
    const shared = new Set(SHARED.filter((flag) => flags.includes(flag)));
    if (inner.commands.length === 0) found.set(name, { flags: flags.filter((flag) => !shared.has(flag)), shared });
    for (const [deeper, verb] of collectVerbs(inner, name)) found.set(deeper, verb);
  }
  return found;
}

function checkVerbs(tree: Tree): string[] {
  const table = rows(tree, 'Command line', 'verb').flatMap(([names = '', flags = '']) =>
    quoted(names).map((name) => [name.replace(/ <.*$/, ''), quoted(flags)] as const),
  );
  const documented = new Map(table);
  // `models` alone is `models list`.
  const names = [...documented.keys()].filter((name) => verbs.has(name) || !verbs.has(`${name} list`));
  const text = sectionOf(tree, 'Command line').replaceAll(/\s+/g, ' ');
  const without = (flag: string): string =>
    [...verbs].flatMap(([name, { shared }]) => (shared.has(flag) ? [] : `\`${name}\``)).join(', ');
  return [
    ...differ([...verbs.keys()], names, 'verb'),
    ...[...verbs].flatMap(([name, { flags }]) => differ(flags, documented.get(name) ?? [], `flag of ${name}`)),
    ...[`All but ${without('--json')} take \`--json\``, `All but ${without('--config')} take \`--data-dir\` and`]
      .filter((sentence) => !text.includes(sentence))
      .map((sentence) => `${REFERENCE} does not say: ${sentence}`),
  ];
}

function differ(there: readonly string[], documented: readonly string[], what: string): string[] {
  return [
    ...there.filter((name) => !documented.includes(name)).map((name) => `${REFERENCE} has no ${what} ${name}`),
    ...documented.filter((name) => !there.includes(name)).map((name) => `${REFERENCE}: there is no ${what} ${name}`),
  ];
}

function sectionOf(tree: Tree, title: string): string {
  const [, after = ''] = (tree.get(REFERENCE) ?? '').split(`\n## ${title}\n`);
  return after.split('\n## ', 1)[0] ?? '';
}

/** The cells of the rows of every table in the section whose first head is `head`. */
function rows(tree: Tree, title: string, head: string): string[][] {
  return sectionOf(tree, title)
    .split('\n\n')
    .filter((block) => block.startsWith(`| ${head} |`))
    .flatMap((table) => table.trim().split('\n').slice(2))
    .map((row) => row.replace(/^\| /, '').replace(/ ?\|$/, '').split(' | '));
}

function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
}
