import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { asTenantId, defaultTenantId, toAppError, type Scope } from '#kernel';
import { createExchange } from '../../roles/http-exchange.ts';
import { createSystemRandom, systemClock } from '../clock/system-clock.ts';
import { createVirtualClock } from '../clock/testing.ts';
import { openFolderObjects, type FolderObjects } from './folder-objects.ts';
import { createFolderPlugin } from './objects-routes.ts';
import { describeObjects, expectStored, readBytes } from './objects-contract.testing.ts';
import { tenantKey } from './port.ts';

const random = createSystemRandom();
const scope = { tenantId: asTenantId('default') };
const key = tenantKey(scope, 'a', 'b');
const DAY_MS = 24 * 60 * 60_000;

const folders: string[] = [];
const makeFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-objects-'));
  folders.push(folder);
  return folder;
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const open = (folder: string, clock = systemClock) => openFolderObjects({ folder, clock, random });

const NOBODY: Scope = {
  tenantId: defaultTenantId,
  actor: { kind: 'key', keyId: null, scopes: new Set(), models: null },
  requestId: 'req_test',
  trace: { traceId: '0'.repeat(32), parentSpanId: null, sampled: false },
};

/** The plugin's routes behind a socket, with no more around them than a body that is read. */
async function serve(objects: FolderObjects): Promise<{ origin: string; close(): Promise<void> }> {
  const routes = createFolderPlugin(objects).routes ?? [];
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://reeve');
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const exchange = createExchange({
        request,
        response,
        scope: NOBODY,
        params: { '*': decodeURIComponent(url.pathname.slice('/objects/'.length)) },
        query: Object.fromEntries(url.searchParams),
        body: Buffer.concat(chunks),
        startedMs: 0,
        headers: {},
        clock: systemClock,
      });
      const route = routes.find(({ method }) => method === request.method);
      if (route?.kind !== 'raw') return exchange.send(405, {}, '');
      await route.handle(exchange).catch((error: unknown) => exchange.send(toAppError(error).status, {}, ''));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describeObjects('a folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-objects-'));
  const objects = await open(folder);
  const server = await serve(objects);
  return {
    objects,
    reopen: () => open(folder),
    resolve: (url) => server.origin + url,
    deletedIsAbsent: true,
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
});

describe('signed requests of the folder', () => {
  it('end with their time, also over a clock that jumps', async () => {
    const clock = createVirtualClock();
    const objects = await open(makeFolder(), clock);
    const server = await serve(objects);
    await objects.put(scope, key, Buffer.from('x'));
    const { url } = await objects.presign(scope, key, { method: 'GET', expiresInSeconds: 60 });
    const status = async (): Promise<number> => (await fetch(server.origin + url)).status;
    clock.advance(59_000);
    expect(await status()).toBe(200);
    clock.advance(1_001);
    expect(await status()).toBe(403);
    clock.advance(DAY_MS * 4000);
    expect(await status()).toBe(403);
    await server.close();
  });

  it('hold at most a week, and only where they were signed', async () => {
    const clock = createVirtualClock(0);
    const [one, another] = [await open(makeFolder(), clock), await open(makeFolder(), clock)];
    const signed = await one.presign(scope, key, { method: 'GET', expiresInSeconds: 999_999_999 });
    expect(signed.expiresAt).toBe(new Date(7 * DAY_MS).toISOString());
    const query = Object.fromEntries(new URL(signed.url, 'http://x').searchParams);
    expect(one.signedPaths.verify({ method: 'GET', key, query, mediaType: '' })).toBe('valid');
    expect(another.signedPaths.verify({ method: 'GET', key, query, mediaType: '' })).toBe('invalid');
    expect(one.signedPaths.verify({ method: 'GET', key, query: { ...query, signature: '' }, mediaType: '' })).toBe(
      'invalid',
    );
    expect(one.signedPaths.verify({ method: 'GET', key, query: {}, mediaType: '' })).toBe('invalid');
  });

  it('are answered so that nothing in them runs', async () => {
    const objects = await open(makeFolder());
    const server = await serve(objects);
    await objects.put(scope, key, Buffer.from('<script>'), { mediaType: 'text/html' });
    const { url } = await objects.presign(scope, key, { method: 'GET', expiresInSeconds: 60 });
    const { headers } = await fetch(server.origin + url);
    expect(headers.get('content-security-policy')).toContain('sandbox');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    await server.close();
  });
});

describe('the folder', () => {
  const versionFile = (folder: string, number = 1): string => join(folder, `${key}@`, String(number).padStart(12, '0'));

  it('is for its owner alone', async () => {
    const folder = makeFolder();
    await (await open(folder)).put(scope, key, Buffer.from('x'));
    for (const path of [
      versionFile(folder),
      join(folder, 'signing.key'),
      join(folder, 'tenant'),
      join(folder, 'drafts'),
    ]) {
      expect(statSync(path).mode & 0o077).toBe(0);
    }
  });

  it('tells damage from absence', async () => {
    const folder = makeFolder();
    const objects = await open(folder);
    await objects.put(scope, key, Buffer.alloc(1000, 1));
    const bytes = readFileSync(versionFile(folder));
    bytes[500] = 2;
    writeFileSync(versionFile(folder), bytes);
    const got = await objects.get(scope, key);
    await expect(readBytes(got)).rejects.toMatchObject({
      code: 'internal_error',
      detail: expect.stringContaining('damaged'),
    });
    await expect(objects.copy(scope, key, tenantKey(scope, 'copy'))).rejects.toMatchObject({ code: 'internal_error' });
    expect(await objects.head(scope, tenantKey(scope, 'copy'))).toBeNull();
    writeFileSync(versionFile(folder), bytes.subarray(0, 600));
    await expect(objects.get(scope, key)).rejects.toThrow('cannot be read');
  });

  it('that is gone is unavailable, never empty', async () => {
    const folder = makeFolder();
    const objects = await open(folder);
    rmSync(folder, { recursive: true });
    const unavailable = { code: 'objects_unavailable', status: 503 };
    await expect(objects.get(scope, key)).rejects.toMatchObject(unavailable);
    await expect(objects.head(scope, key)).rejects.toMatchObject(unavailable);
    await expect(objects.list(scope, 'tenant/default/')).rejects.toMatchObject(unavailable);
    await expect(objects.versions(scope, key)).rejects.toMatchObject(unavailable);
    await expect(objects.put(scope, key, Buffer.of(1))).rejects.toMatchObject(unavailable);
    expect(await objects.check()).toContain('is not there');
  });

  it('full: refuses in clear words, leaves nothing half-written, and stores again once there is room', async ({
    skip,
  }) => {
    const folder = makeFolder();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      skip('mounting a small tmpfs is not permitted here');
    }
    try {
      const objects = await open(folder);
      await objects.put(scope, key, Buffer.alloc(300_000, 1));
      const large = objects.put(scope, key, Buffer.alloc(900_000, 2));
      await expect(large).rejects.toMatchObject({ code: 'objects_unavailable', status: 503 });
      expect(readdirSync(join(folder, 'drafts'))).toEqual([]);
      expect((await readBytes(await objects.get(scope, key))).equals(Buffer.alloc(300_000, 1))).toBe(true);
      expect(await objects.versions(scope, key)).toHaveLength(1);
      expectStored(await objects.put(scope, key, Buffer.alloc(300_000, 3)));
    } finally {
      execFileSync('umount', [folder]);
    }
  });

  it('forgets drafts of a day ago and uploads of a week ago, and no younger ones', async () => {
    const folder = makeFolder();
    const objects = await open(folder);
    const old = new Date(systemClock.now() - 8 * DAY_MS);
    for (const name of ['old', 'young']) writeFileSync(join(folder, 'drafts', name), 'half');
    utimesSync(join(folder, 'drafts', 'old'), old, old);
    const [lost, kept] = [await objects.startUpload(scope, key), await objects.startUpload(scope, key)];
    utimesSync(join(folder, 'uploads', lost.id), old, old);
    const again = await open(folder);
    expect(readdirSync(join(folder, 'drafts'))).toEqual(['young']);
    expect(await again.putPart(scope, lost, 1, Buffer.of(1))).toBeNull();
    expect(await again.putPart(scope, kept, 1, Buffer.of(1))).not.toBeNull();
  });

  it('leaves no draft behind, however a put ends', async () => {
    const folder = makeFolder();
    const objects = await open(folder);
    await objects.put(scope, key, Buffer.of(1), { when: 'absent' });
    await objects.put(scope, key, Buffer.of(2), { when: 'absent' });
    await objects.put(scope, key, Buffer.of(3), { sha256: 'f'.repeat(64) });
    await objects.delete(scope, key);
    expect(readdirSync(join(folder, 'drafts'))).toEqual([]);
  });

  it('never gives a number twice, also after its version is gone for good', async () => {
    const objects = await open(makeFolder());
    const first = expectStored(await objects.put(scope, key, Buffer.of(1))).version;
    await objects.delete(scope, key, first);
    const second = expectStored(await objects.put(scope, key, Buffer.of(2))).version;
    expect(second).not.toBe(first);
    expect(await objects.get(scope, key, { version: first })).toBeNull();
  });

  it('keeps what it told, however often its process is killed', async () => {
    const folder = makeFolder();
    for (let kill = 0; kill < 5; kill += 1) {
      const writer = spawn(process.execPath, [join(import.meta.dirname, 'put-until-killed.testing.ts'), folder]);
      let said = '';
      writer.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      while (said.split('\n').length < 12 + kill * 3) await once(writer.stdout, 'data');
      writer.kill('SIGKILL');
      await once(writer, 'close');
      const told = said.split('\n').slice(0, -1);
      const objects = await open(folder);
      for (const line of told) {
        const [stored = '', hash] = line.split(' ');
        const info = await objects.head(scope, stored);
        expect([line, info?.sha256]).toEqual([line, hash]);
        await readBytes(await objects.get(scope, stored));
      }
      const { objects: listed } = await objects.list(scope, 'tenant/default/');
      expect(listed.length).toBeGreaterThanOrEqual(told.length);
      for (const { key: found } of listed) await readBytes(await objects.get(scope, found));
    }
  });
});
