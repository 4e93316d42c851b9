import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPlan } from '../../scripts/architecture-plan.ts';
import { catalogueRules } from './catalogue-rules.ts';
import { referenceRules } from './reference-rules.ts';
import { shapeRules } from './shape-rules.ts';
import { readTree, type Rule } from './tree.ts';
import { wordRules } from './word-rules.ts';

const root = resolve(import.meta.dirname, '../../..');
const plan = readPlan(root);
const tree = readTree(root);
const rules = new Map(
  [...shapeRules(plan), ...wordRules, ...catalogueRules(plan), ...referenceRules].map((rule) => [rule.name, rule]),
);

describe('the repository is tidy', () => {
  it.each([...rules.values()])('$name', (rule) => expect(rule.check(tree)).toEqual([]));
});

/** A fault: the file it stands in, and its new text (`null` takes the file away, a function changes it). */
type Fault = [file: string, text: string | null | ((before: string) => string), says: string];

const policy = 'server/src/gates/policy';
const SEEDED: Record<string, Fault[]> = {
  'root documents': [['SECURITY.md', null, 'SECURITY.md is missing']],
  'README of each room': [
    [`${policy}/README.md`, null, 'README.md is missing'],
    ['server/src/platform/clock/README.md', null, 'README.md is missing'],
    [`${policy}/README.md`, (text) => text.replaceAll('Invariants', 'Things'), 'does not say: Invariants'],
  ],
  'door of each room': [
    [`${policy}/index.ts`, null, 'index.ts is missing'],
    [`${policy}/index.ts`, (text) => `${text}export * from './decide-call.ts';\n`, 'no star exports'],
    [`${policy}/rules/index.ts`, 'export {};', 'only a room or an adapter'],
  ],
  'port of each platform folder': [['server/src/platform/journal/port.ts', null, 'port.ts is missing']],
  'file names': [
    [`${policy}/policy-service.ts`, '', 'policy-service.ts'],
    [`${policy}/utils/text.ts`, '', 'utils'],
    [`${policy}/decide.spec.ts`, '', 'decide.spec.ts'],
    ['server/src/records/audit/receipt-repository.ts', '', '-store'],
  ],
  'adapter file set': [['server/src/path/adapters/acme/acme-wire.ts', '', 'adapters/acme/call-to-acme.ts']],
  'surface file set': [['server/src/edges/surfaces/acme/acme-routes.ts', '', 'surfaces/acme/answer-to-acme.ts']],
  'decision numbers': [['docs/adr/0001-a-number-twice.md', '# x', 'the next number is']],
  'links in documents': [['README.md', (text) => `${text}\n[gone](docs/gone.md)`, 'docs/gone.md']],
  'files named in documents': [['ARCHITECTURE.md', (text) => `${text}\n\`path/calls/gone.ts\``, 'path/calls/gone.ts']],
  'words: wall clock': [
    [`${policy}/a.ts`, 'export const now = Date.now();', 'Date.now'],
    [`${policy}/a.ts`, 'export const now = new Date();', 'new Date()'],
  ],
  'words: timers': [[`${policy}/a.ts`, 'setTimeout(() => {}, 5);', 'setTimeout']],
  'words: chance': [[`${policy}/a.ts`, "import { randomUUID } from 'node:crypto';", 'randomUUID']],
  'words: environment': [['server/src/platform/clock/a.ts', 'process.env["A"]', 'process.env']],
  'words: loose types': [[`${policy}/a.test.ts`, 'const a = b as any;', 'as any']],
  'words: silenced checker': [[`${policy}/a.ts`, '// @ts-ignore', '@ts-ignore']],
  'words: reminders': [['docs/guide.md', 'TODO: write this', 'TODO']],
  'words: tests that do not run': [[`${policy}/a.test.ts`, "it.only('a', () => {})", 'it.only']],
  'words: mocks of our own': [[`${policy}/a.test.ts`, "vi.mock('#calls')", 'vi.mock']],
  'words: registry hosts': [['package-lock.json', '"resolved": "https://example.org/a.tgz"', 'resolved']],
  'words: commands that npm talks into': [['README.md', 'npm run reeve -- keys list --json', 'npm run reeve']],
  'words: machine paths': [[`${policy}/a.ts`, "const a = '/home/ann/x';", '/home/a']],
  'words: how it was written': [[`${policy}/a.ts`, '// AI-generated', 'AI-generated']],
  'errors are used': [['server/src', (text) => text.replaceAll("'body_too_large'", "'too_large'"), 'body_too_large']],
  'errors are documented': [
    ['docs/errors.md', (text) => text.replace('| `draining` |', '| `drained` |'), 'draining'],
    ['docs/errors.md', (text) => text.replace('| `draining` | 503', '| `draining` | 500'), 'draining'],
    ['docs/errors.md', (text) => `${text}\n| \`gone\` | 410 | a |`, 'gone does not exist'],
  ],
  'errors have words in every language': [
    [
      'console/src/strings/uk/errors.ts',
      (text) => text.replace('  draining:', '  drained:'),
      'uk/errors.ts: no words for draining',
    ],
    [
      'console/src/strings/de/errors.ts',
      (text) => text.replace(/(overloaded:\s+)'.+'/, "$1'The server is at its limit. Wait a moment and try again.'"),
      'de/errors.ts: no words for overloaded',
    ],
  ],
  'tables are those of the contract': [['server/migrations/9999_a.up.sql', 'create table secret (id text);', 'secret']],
  'each table in one store of its owner': [
    [`${policy}/decision-store.ts`, "tx.selectFrom('tenant')", 'tenant stands in 2 stores'],
    ['server/migrations/9999_a.up.sql', 'create table secret (id text);', 'nobody owns the table secret'],
  ],
  'SQL only in stores': [
    [`${policy}/decide.ts`, "tx.selectFrom('receipt')", 'decide.ts'],
    [`${policy}/decide.ts`, 'query("delete from receipt")', 'decide.ts'],
    [`${policy}/decide.ts`, 'sql`select 1`', 'decide.ts'],
  ],
  'names are used': [
    ['server/src', (text) => text.replaceAll(/HEADERS\.costNanos|'x-reeve-cost-nanos'/g, "''"), 'x-reeve-cost-nanos'],
    ['server/src', (text) => text.replaceAll('METRICS.tokens', 'METRICS.gone'), 'reeve_tokens_total'],
    ['server/src', (text) => text.replaceAll("'usage:read'", "'*'"), 'usage:read'],
  ],
  'names are documented': [['docs/reference.md', (text) => text.replaceAll('`api_key`', '`key`'), 'api_key']],
  'no name beside the contract': [
    [`${policy}/a.ts`, "reply.header('x-reeve-secret', '1')", 'x-reeve-secret'],
    [`${policy}/a.ts`, "counter('reeve_decisions_total')", 'reeve_decisions_total'],
  ],
  'variables are documented': [
    ['docs/reference.md', (text) => text.replaceAll('`REEVE_PORT`', ''), 'REEVE_PORT'],
    ['docs/reference.md', (text) => `${text}\`REEVE_COLOUR\``, 'REEVE_COLOUR'],
  ],
  'fields are documented': [
    ['docs/reference.md', (text) => text.replace('`aisdk`: `create`', '`aisdk`: `make`'), 'no field create of aisdk'],
    ['docs/reference.md', (text) => text.replace('`aisdk`: `create`', '`aisdk`: `make`'), 'aisdk: make, which nothing'],
    ['docs/reference.md', (text) => text.replace('| `limits.queued`', '| `limits.waiting`'), 'no field queued'],
    ['docs/reference.md', (text) => text.replace('<name>.region', '<name>.place'), 'providers.<name>.place, which'],
  ],
  'adapters are documented': [
    ['docs/reference.md', (text) => text.replace('\n| `kserve` | ', '\n| `triton` | '), 'no adapter kserve'],
    ['docs/reference.md', (text) => text.replace('\n| `kserve` | ', '\n| `triton` | '), 'there is no adapter triton'],
    ['docs/reference.md', (text) => text.replace('`logit_bias`', 'biases'), 'lacks logit_bias'],
  ],
  'fields of prices are documented': [
    ['docs/reference.md', (text) => text.replace('`cache_write_1h`', 'more'), 'no cache_write_1h of a price'],
  ],
  'verbs are documented': [
    [
      'docs/reference.md',
      (text) => text.replace('\n| `models test <name…>`', '\n| `models ask`'),
      'no verb models test',
    ],
    ['docs/reference.md', (text) => text.replace('\n| `doctor`', '\n| `doctor`, `nurse`'), 'there is no verb nurse'],
    ['docs/reference.md', (text) => text.replace('`--to-file`', ''), 'no flag of move --to-file'],
    ['docs/reference.md', (text) => text.replace('All but `serve`', 'All'), 'does not say: All but `serve`'],
  ],
  'endpoints are documented': [
    [`${policy}/a-routes.ts`, "const route = { path: '/api/v1/secrets' };", '/api/v1/secrets'],
    ['docs/reference.md', (text) => text.replace('## Endpoints\n', '## Endpoints\n`/api/v1/gone`\n'), '/api/v1/gone'],
  ],
};

describe('seeded faults', () => {
  const rows = Object.entries(SEEDED).flatMap(([name, faults]) =>
    faults.map((fault): [string, Fault] => [name, fault]),
  );

  it.each(rows)('%s', (name, [file, text, says]) => {
    const changed = new Map(tree);
    for (const path of file === 'server/src' ? tree.keys() : [file]) {
      if (!path.startsWith(file)) continue;
      if (text === null) changed.delete(path);
      else changed.set(path, typeof text === 'string' ? text : text(tree.get(path) ?? ''));
    }
    const added = getRule(name)
      .check(changed)
      .filter((fault) => !getRule(name).check(tree).includes(fault));
    expect(added.join('\n')).toContain(says);
  });

  it('there is one for each rule', () => expect(Object.keys(SEEDED).toSorted()).toEqual([...rules.keys()].toSorted()));
});

function getRule(name: string): Rule {
  const rule = rules.get(name);
  if (rule === undefined) throw new Error(`no rule is called ${name}`);
  return rule;
}
