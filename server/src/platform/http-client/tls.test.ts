import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRig, failureOf, post } from './testing.ts';

const rig = createRig();
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
let folder = '';
let origin = '';

/** One GET through the client, in a process of its own since extra roots are read at its start. */
const SCRIPT = `
  import { createLoopbackClient } from '${new URL('testing.ts', import.meta.url).href}';
  const client = createLoopbackClient();
  const answer = await client.exchange({ method: 'GET', url: process.argv[1], headers: {}, timeoutMs: 5000 });
  console.log((await answer.readAll(100)).toString());
  await client.close();`;

describe.skipIf(!hasOpenssl)('TLS', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'reeve-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
    const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) => {
      response.end('private');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    rig.onClose(() => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()));
    // `listen` on a port always gives this form.
    origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    await rig.close();
    rmSync(folder, { recursive: true });
  });

  it('refuses a certificate that no known root signed, before anything is sent', async () => {
    const { failure } = await failureOf(rig.openClient().exchange(post(origin)));
    expect(failure.kind).toBe('connect');
    expect(failure.message).toContain('self-signed certificate');
  });

  it('trusts roots from NODE_EXTRA_CA_CERTS', async () => {
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') };
    const child = spawn('node', ['--input-type=module-typescript', '-e', SCRIPT, origin], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let text = '';
    child.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
    await new Promise((resolve) => child.once('close', resolve));
    expect(text.trim()).toBe('private');
  });
});
