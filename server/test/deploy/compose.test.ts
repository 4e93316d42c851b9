import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEPLOY, findUndeclared, readCompose, type Manifest, type Service } from './manifests.ts';

const run = promisify(execFile);
/** They do one thing and end. */
const ONE_SHOT = new Set(['s3-bucket', 'vault-transit']);

let manifest: Manifest;
let services: [string, Service][];
beforeAll(async () => {
  manifest = await readCompose();
  services = Object.entries(manifest.services);
});

/** What stands against a service, in words. */
function faultsOf(name: string, service: Service): string[] {
  const { image, healthcheck, deploy, environment = {} } = service;
  const limits = deploy?.resources?.limits;
  return [
    ...(/:[^:]*\d+\.\d+|:RELEASE\./.test(image) ? [] : [`image ${image} names no version`]),
    ...(service.read_only === true ? [] : ['its root can be written']),
    ...(service.cap_drop?.includes('ALL') ? [] : ['it keeps capabilities']),
    ...(service.security_opt?.includes('no-new-privileges:true') ? [] : ['it may gain privileges']),
    ...(service.privileged ? ['it is privileged'] : []),
    ...(limits?.cpus && limits.memory ? [] : ['it has no limits']),
    ...(ONE_SHOT.has(name) || healthcheck?.test ? [] : ['it has no health check']),
    ...Object.keys(environment)
      .filter((variable) => /PASSWORD|SECRET|KEY|TOKEN|_URL/.test(variable) && !variable.endsWith('_FILE'))
      .map((variable) => `${variable} holds a secret itself`),
  ];
}

describe('compose.yaml', () => {
  it('is taken by the reader that Docker uses, and a wrong field is not', async () => {
    expect(Object.keys(manifest.services).length).toBe(10);
    await expect(readCompose(['read_only: true', 'red_only: true'])).rejects.toThrow(/red_only/);
  });

  it('names nothing that it does not declare', async () => {
    expect(findUndeclared(manifest)).toEqual([]);
    const changed = await readCompose(['secrets: [tls_cert, tls_key]', 'secrets: [tls_cert, nowhere]']);
    expect(findUndeclared(changed)).toEqual(['nginx: nowhere']);
  });

  it('keeps every service within bounds', () => {
    expect(services.flatMap(([name, service]) => faultsOf(name, service).map((fault) => `${name}: ${fault}`))).toEqual(
      [],
    );
  });

  it.each([
    ['read_only: true', 'read_only: false', 'its root can be written'],
    ['cap_drop: [ALL]', 'cap_drop: []', 'it keeps capabilities'],
    ['image: nginx:1.28.0', 'image: nginx:latest', 'names no version'],
    ['POSTGRES_PASSWORD_FILE: /run/secrets/postgres_password', 'POSTGRES_PASSWORD: hunter2', 'holds a secret itself'],
    ["deploy: { resources: { limits: { cpus: '2', memory: 2G, pids: 256 } } }", '', 'it has no limits'],
  ])('seeded fault: %s becomes %s', async (from, to, says) => {
    const changed = await readCompose([from, to]);
    const faults = Object.entries(changed.services).flatMap(([name, service]) => faultsOf(name, service));
    expect(faults.join('\n')).toContain(says);
  });

  it('publishes nginx alone, and gives the engines no way out', () => {
    expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual(['nginx']);
    expect([manifest.networks['back']?.internal, manifest.networks['front']?.internal]).toEqual([true, true]);
    const outside = services.filter(([, { networks = {} }]) => 'out' in networks).map(([name]) => name);
    expect(outside.toSorted()).toEqual(['nginx', 'reeve']);
  });

  it('sets only variables that the reference lists', () => {
    const reference = readFileSync(join(DEPLOY, '../docs/reference.md'), 'utf8');
    const variables = Object.keys(manifest.services['reeve']?.environment ?? {});
    expect(variables.length).toBeGreaterThan(5);
    expect(variables.filter((name) => !reference.includes(`\`${name.replace(/_FILE$/, '')}\``))).toEqual([]);
  });

  it('reads secrets that make-secrets.sh makes, once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reeve-secrets-'));
    try {
      const script = join(DEPLOY, 'compose/make-secrets.sh');
      await run('sh', [script, folder, 'reeve.test']);
      const made = await readdir(folder);
      const named = Object.values(manifest.secrets).map(({ file = '' }) => file.split('/').at(-1) ?? '');
      expect(named.filter((name) => !made.includes(name))).toEqual([]);
      const read = (): string[] => made.map((name) => readFileSync(join(folder, name), 'utf8'));
      const before = read();
      await run('sh', [script, folder]);
      expect(read()).toEqual(before);
      const { stdout } = await run('openssl', [
        'x509',
        '-in',
        join(folder, 'tls_cert'),
        '-noout',
        '-ext',
        'subjectAltName',
      ]);
      expect(stdout).toContain('DNS:reeve.test');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('mounts files that are there', () => {
    const files = Object.values(manifest.configs).map(({ file = '' }) => file);
    expect(files.length).toBeGreaterThan(4);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });
});
