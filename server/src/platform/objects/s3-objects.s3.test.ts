import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFaultProxy, type FaultProxy } from '../../../test/rigs/fault-proxy.ts';
import { startS3, type S3Rig } from '../../../test/rigs/s3.ts';
import { asTenantId } from '#kernel';
import { systemClock } from '../clock/system-clock.ts';
import { createLoopbackClient } from '../http-client/testing.ts';
import type { HttpClient } from '../http-client/port.ts';
import { describeObjects, expectStored, readBytes } from './objects-contract.testing.ts';
import { tenantKey } from './port.ts';
import { createS3Objects, type S3Objects } from './s3-objects.ts';

const scope = { tenantId: asTenantId('default') };
const key = tenantKey(scope, 'a', 'b');

describeObjects('S3', async () => {
  const s3 = await startS3();
  const httpClient = createLoopbackClient();
  const objects = createS3Objects({ url: s3.url, httpClient, clock: systemClock });
  const isMinio = s3.server === 'MinIO';
  expect(await objects.prepare()).toEqual({ bucket: 'found', lifecycle: isMinio ? 'set' : 'unsupported' });
  return {
    objects,
    reopen: () => Promise.resolve(createS3Objects({ url: s3.url, httpClient, clock: systemClock })),
    resolve: (url) => url,
    deletedIsAbsent: isMinio,
    async close() {
      await httpClient.close();
      await s3.stop();
    },
  };
});

describe('an S3 store in trouble', () => {
  let s3: S3Rig;
  let proxy: FaultProxy;
  let httpClient: HttpClient;
  let objects: S3Objects;
  beforeAll(async () => {
    s3 = await startS3();
    proxy = await startFaultProxy(s3.port);
    httpClient = createLoopbackClient();
    objects = createS3Objects({ url: proxy.through(s3.url), httpClient, clock: systemClock });
    await objects.prepare();
  });
  afterAll(async () => {
    await httpClient.close();
    await proxy.stop();
    await s3.stop();
  });
  const unavailable = { code: 'objects_unavailable', status: 503 };

  it('makes its bucket, with versions, and finds it the next time', async () => {
    const own = createS3Objects({
      url: s3.url.replace('/reeve?', '/made-here?'),
      httpClient,
      clock: systemClock,
    });
    expect(await own.check()).toContain('does not exist');
    await expect(own.put(scope, key, Buffer.of(1))).rejects.toMatchObject(unavailable);
    expect((await own.prepare()).bucket).toBe('made');
    const first = expectStored(await own.put(scope, key, Buffer.from('one')));
    await own.put(scope, key, Buffer.from('two'));
    expect((await readBytes(await own.get(scope, key, { version: first.version }))).toString()).toBe('one');
    expect((await own.prepare()).bucket).toBe('found');
  });

  it('keeps its rules, where the server knows any', async ({ skip }) => {
    if (s3.server === 'versitygw') skip('versitygw has no rules: the long form asks MinIO, see server/test/README.md');
    const kept = await s3.request('GET', `/${s3.bucket}?lifecycle=`);
    expect(await kept.text()).toContain(
      '<Expiration><Days>2557</Days></Expiration><NoncurrentVersionExpiration><NoncurrentDays>90</NoncurrentDays>',
    );
  });

  it('away: refused in clear words, and served again without a restart', async () => {
    await objects.put(scope, key, Buffer.from('before'));
    await s3.down();
    await expect(objects.get(scope, key)).rejects.toMatchObject(unavailable);
    await expect(objects.put(scope, key, Buffer.from('lost'))).rejects.toMatchObject(unavailable);
    expect(await objects.check()).toContain('S3 cannot be reached');
    await s3.up();
    expect((await readBytes(await objects.get(scope, key))).toString()).toBe('before');
    expect(await objects.check()).toBeNull();
  });

  it('cut in the middle of the bytes: an error, never half an object', async () => {
    const bytes = Buffer.alloc(6 * 1024 * 1024, 5);
    await objects.put(scope, key, bytes);
    proxy.set({ bytesPerSecond: 2_000_000 });
    const got = await objects.get(scope, key);
    const reading = readBytes(got);
    const cutting = setTimeout(() => proxy.cut(), 300);
    await expect(reading).rejects.toMatchObject(unavailable);
    clearTimeout(cutting);
    proxy.heal();
    expect((await readBytes(await objects.get(scope, key))).length).toBe(bytes.length);
  });

  it('turning bits on the way: what is stored was sent, what is read is checked', async () => {
    const bytes = Buffer.alloc(100_000, 5);
    proxy.set({ corrupt: 'requests' });
    await expect(objects.put(scope, tenantKey(scope, 'bent'), bytes)).rejects.toThrow();
    proxy.heal();
    expect(await objects.head(scope, tenantKey(scope, 'bent'))).toBeNull();
    await objects.put(scope, key, bytes);
    proxy.set({ corrupt: 'answers' });
    await expect(objects.get(scope, key).then(readBytes)).rejects.toThrow();
    proxy.heal();
  });

  it('with other keys refuses us', async () => {
    const stranger = createS3Objects({
      url: s3.url.replace(s3.secretKey, 'another'),
      httpClient,
      clock: systemClock,
    });
    await expect(stranger.put(scope, key, Buffer.of(1))).rejects.toMatchObject({
      ...unavailable,
      detail: expect.stringContaining('S3 refuses us'),
    });
    expect(await stranger.check()).toContain('S3 refuses us');
  });

  it('refuses a signed request whose time is over, by its own clock', async () => {
    const hourAgo = { ...systemClock, now: () => systemClock.now() - 3_600_000 };
    const past = createS3Objects({ url: s3.url, httpClient, clock: hourAgo });
    const { url } = await past.presign(scope, key, { method: 'GET', expiresInSeconds: 60 });
    expect((await fetch(url)).status).toBe(403);
    const { url: fresh } = await objects.presign(scope, key, { method: 'GET', expiresInSeconds: 60 });
    expect((await fetch(fresh)).status).toBe(200);
  });

  it('keeps what it told when it is killed', async () => {
    const told: string[] = [];
    for (let kill = 0; kill < 3; kill += 1) {
      for (let count = 0; count < 5; count += 1) {
        const name = tenantKey(scope, 'kept', `${kill}-${count}`);
        expectStored(await objects.put(scope, name, Buffer.from(name)));
        told.push(name);
      }
      await s3.crash();
    }
    for (const name of told) expect((await readBytes(await objects.get(scope, name))).toString()).toBe(name);
  });
});
