/** A wrong `reeve.yaml` or environment: every fault at once, each with its place, and no start. */
import { afterEach, describe, expect, test } from 'vitest';
import { createReeveHome, type ExitReport, type ReeveHome, type ReeveSettings } from '../rigs/reeve.ts';

let home: ReeveHome | null = null;

afterEach(async () => {
  await home?.dispose();
  home = null;
});

async function refuseToStart(settings: ReeveSettings): Promise<ExitReport & { said: string }> {
  home = await createReeveHome(settings);
  const exit = await home.cli('serve');
  const said = exit.stdout + exit.stderr;
  expect(exit.signal).toBeNull();
  expect(exit.code).not.toBe(0);
  expect(said).not.toContain('Reeve is ready');
  expect(said, 'a stack trace is no advice').not.toMatch(/\n\s+at .*\(/);
  return { ...exit, said };
}

const MANY_FAULTS = `
durability: sometimes
limit: { body_mb: 32 }
limits: { body_mb: -1, in_flight: many }
egress: { offline: perhaps, allow: ["no-port"] }
providers:
  acme: { adapter: openai, base_url: "not a url", api_key: "\${NO_SUCH_VARIABLE}" }
  nobody: { adapter: telegraph, base_url: "http://127.0.0.1:1/v1" }
  hasty: { adapter: openai, base_url: "http://127.0.0.1:1/v1", timeout_ms: -5, colour: red }
  empty: { api_key: none }
models:
  one: [missing/model]
  two: []
  three: [no-stroke]
prices:
  acme/one: { input: cheap, output: -1 }
  oops: { input: 1, output: 2 }
`;

describe('reeve.yaml', () => {
  test('lists all faults at once, each with its path', async () => {
    const { said } = await refuseToStart({ config: MANY_FAULTS });
    const places = [
      'durability',
      'limit',
      'limits.body_mb',
      'limits.in_flight',
      'egress.offline',
      'egress.allow[0]',
      'providers.acme.base_url',
      'providers.acme.api_key',
      'NO_SUCH_VARIABLE',
      'providers.nobody.adapter',
      'providers.hasty.timeout_ms',
      'providers.hasty.colour',
      'providers.empty',
      'models.one',
      'models.two',
      'models.three',
      'prices.acme/one.input',
      'prices.acme/one.output',
      'prices.oops is not of the form provider/model',
    ];
    for (const place of places) expect(said, place).toContain(place);
  });

  test('says a fault once: what only follows from it is left out', async () => {
    const { said } = await refuseToStart({
      config: `
providers:
  acme: { adapter: openai, base_url: "\${NO_URL}/v1", api_key: "\${NO_KEY}" }
  slow: { adapter: openai, base_url: "http://127.0.0.1:1/v1", timeout_ms: soon }
models:
  one: [acme/one, slow/one]
  two: [acme/two]
`,
    });
    const faults = said.split('\n').flatMap((line) => line.split('reeve.yaml: ')[1] ?? []);
    expect(faults).toEqual([
      'providers.acme.base_url names the variable NO_URL, which is not set',
      'providers.acme.api_key names the variable NO_KEY, which is not set',
      'providers.slow.timeout_ms must be a whole number',
    ]);
  });

  test.for([
    ['not YAML', 'providers: {acme: [', /YAML/],
    ['a tab', 'providers:\n\tacme: {}', /YAML/i],
    ['a name twice', 'durability: relaxed\ndurability: acknowledged', /unique|twice|duplicate/i],
    ['a list', '- one\n- two', /reeve\.yaml/],
  ] as const)('%s', async ([, config, said]) => {
    expect((await refuseToStart({ config })).said).toMatch(said);
  });

  test('an empty file is a start with the defaults', async () => {
    home = await createReeveHome({ config: '' });
    const running = await home.start();
    expect((await running.stop()).code).toBe(0);
  });

  test('secrets in the file are not repeated in what is said', async () => {
    const { said } = await refuseToStart({
      config:
        'providers:\n  acme: { adapter: openai, base_url: "nope", api_key: "sk-very-secret-value", colour: red }\n',
    });
    expect(said).not.toContain('sk-very-secret-value');
  });
});

describe('the environment', () => {
  test('lists all faults at once', async () => {
    const { said } = await refuseToStart({
      env: {
        REEVE_PORT: 'seven',
        REEVE_CONFIG: '/no/such/file.yaml',
        REEVE_BOOTSTRAP_KEY: 'short',
        REEVE_DATABASE_URL: 'mysql://localhost/reeve',
        REEVE_REDIS_URL: 'localhost:6379',
        REEVE_LOG_LEVEL: 'chatty',
        REEVE_TLS_CERT: '/only/half.pem',
      },
    });
    for (const name of [
      'REEVE_PORT',
      'REEVE_CONFIG',
      'REEVE_BOOTSTRAP_KEY',
      'REEVE_DATABASE_URL',
      'REEVE_REDIS_URL',
      'REEVE_LOG_LEVEL',
      'REEVE_TLS_CERT',
    ]) {
      expect(said, name).toContain(name);
    }
  });

  test('and those of reeve.yaml in the same round', async () => {
    const { said } = await refuseToStart({
      config: 'durability: sometimes\nlimits: { queued: many }\n',
      env: { REEVE_PORT: 'seven', REEVE_ROLES: 'gateway,cook', REEVE_WORKERS: 'all' },
    });
    for (const place of ['REEVE_PORT', 'REEVE_ROLES', 'REEVE_WORKERS', 'durability', 'limits.queued']) {
      expect(said, place).toContain(place);
    }
  });

  test.for([
    ['several workers', { REEVE_WORKERS: '2' }],
    ['some roles only', { REEVE_ROLES: 'gateway' }],
  ] as const)('%s on the embedded database: told how to move', async ([, env]) => {
    const { said, code } = await refuseToStart({ env });
    expect(code).toBe(2);
    expect(said).toContain('reeve move --to postgres://');
    expect(said).toContain('REEVE_DATABASE_URL');
  });

  test('a database that is not there is named, without its password', async () => {
    const { said } = await refuseToStart({ databaseUrl: 'postgres://reeve:hidden-password@127.0.0.1:1/reeve' });
    expect(said).toMatch(/database|PostgreSQL|REEVE_DATABASE_URL/i);
    expect(said).not.toContain('hidden-password');
  });
});
