/** What every engine of objects promises. `open` gives a store whose tenants are new, and `reopen` another process over it. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asTenantId } from '#kernel';
import { testIsolation } from './objects-isolation.testing.ts';
import { tenantKey, type Objects, type PutVerdict, type StoredObject } from './port.ts';

export interface ObjectsRig {
  objects: Objects;
  reopen(): Promise<Objects>;
  /** The absolute URL of what `presign` gave. */
  resolve(url: string): string;
  /** Whether `absent` holds again once an object was deleted: so says AWS, and not every store that speaks its wire. */
  deletedIsAbsent: boolean;
  close(): Promise<void>;
}

const acme = { tenantId: asTenantId(`ten_acme_${process.pid}`) };
const MIB = 1024 * 1024;

let turn = 0;
const fresh = (): string => tenantKey(acme, 'docs', `object-${(turn += 1)}.bin`);
const text = (value: string): Buffer => Buffer.from(value);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export async function readBytes(stored: StoredObject | null): Promise<Buffer> {
  if (stored === null) throw new Error('there is no such object');
  const chunks: Buffer[] = [];
  for await (const chunk of stored.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const readText = async (stored: StoredObject | null): Promise<string> => (await readBytes(stored)).toString();

export function expectStored(verdict: { type: string } | null): Extract<PutVerdict, { type: 'stored' }> {
  if (verdict?.type === 'stored') return verdict as Extract<PutVerdict, { type: 'stored' }>;
  throw new Error(`the object was not stored: ${JSON.stringify(verdict)}`);
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export function describeObjects(name: string, open: () => Promise<ObjectsRig>): void {
  describe(`objects in ${name}`, () => {
    let rig: ObjectsRig;
    let objects: Objects;
    beforeAll(async () => {
      rig = await open();
      ({ objects } = rig);
    });
    afterAll(() => rig.close());

    describe('one object', () => {
      it('comes back byte for byte, with what is known of it', async () => {
        const key = fresh();
        const bytes = randomBytes(70_000);
        const stored = expectStored(await objects.put(acme, key, bytes, { mediaType: 'image/png' }));
        expect(stored).toMatchObject({ sha256: sha256(bytes), sizeBytes: 70_000 });
        const info = await objects.head(acme, key);
        expect(info).toEqual({
          key,
          version: stored.version,
          sizeBytes: 70_000,
          etag: stored.etag,
          sha256: sha256(bytes),
          mediaType: 'image/png',
          modifiedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        });
        const got = await objects.get(acme, key);
        expect(got?.info).toEqual(info);
        expect(await readBytes(got)).toEqual(bytes);
      });

      it('may be empty, and may be missing', async () => {
        const key = fresh();
        expectStored(await objects.put(acme, key, Buffer.alloc(0)));
        expect((await readBytes(await objects.get(acme, key))).length).toBe(0);
        expect(await objects.get(acme, fresh())).toBeNull();
        expect(await objects.head(acme, fresh())).toBeNull();
      });

      it.each([1, 20 * MIB + 17])('is taken as a stream of %d bytes', async (size) => {
        const key = fresh();
        const bytes = randomBytes(size);
        const stored = expectStored(await objects.put(acme, key, inPieces(bytes, 300_001)));
        expect(stored).toMatchObject({ sizeBytes: size, sha256: sha256(bytes) });
        expect((await readBytes(await objects.get(acme, key))).equals(bytes)).toBe(true);
      });

      it('is given in ranges', async () => {
        const key = fresh();
        await objects.put(acme, key, text('0123456789'));
        const range = async (start: number, end?: number): Promise<string> =>
          readText(await objects.get(acme, key, { range: { start, ...(end === undefined ? {} : { end }) } }));
        expect([await range(0, 0), await range(3, 5), await range(7), await range(8, 99)]).toEqual([
          '0',
          '345',
          '789',
          '89',
        ]);
        expect(await range(10)).toBe('');
        expect((await objects.get(acme, key, { range: { start: 3, end: 5 } }))?.info.sizeBytes).toBe(10);
      });

      it('is stored only with the hash that was declared', async () => {
        const key = fresh();
        const wrong = { sha256: sha256(text('another')) };
        expect(await objects.put(acme, key, text('bytes'), wrong)).toEqual({ type: 'digest-mismatch' });
        expect(await objects.put(acme, key, inPieces(randomBytes(9 * MIB), MIB), wrong)).toEqual({
          type: 'digest-mismatch',
        });
        expect(await objects.head(acme, key)).toBeNull();
        expect(await objects.versions(acme, key)).toEqual([]);
        expectStored(await objects.put(acme, key, text('bytes'), { sha256: sha256(text('bytes')) }));
      });

      it('whose giver breaks off is not there', async () => {
        for (const size of [1, 12 * MIB]) {
          const key = fresh();
          const broken = (async function* () {
            yield randomBytes(size);
            throw new Error('the sender went away');
          })();
          await expect(objects.put(acme, key, broken)).rejects.toThrow('the sender went away');
          expect(await objects.head(acme, key)).toBeNull();
        }
      });

      it('can be left before its end', async () => {
        const key = fresh();
        await objects.put(acme, key, randomBytes(3 * MIB));
        const got = await objects.get(acme, key);
        for await (const chunk of got?.body ?? []) {
          expect(chunk.length).toBeGreaterThan(0);
          break;
        }
        expect(await objects.check()).toBeNull();
      });
    });

    describe('conditions', () => {
      it('hold back what comes second', async () => {
        const key = fresh();
        const first = expectStored(await objects.put(acme, key, text('one'), { when: 'absent' }));
        expect(await objects.put(acme, key, text('two'), { when: 'absent' })).toEqual({ type: 'precondition-failed' });
        const second = expectStored(await objects.put(acme, key, text('two'), { when: { etag: first.etag } }));
        expect(await objects.put(acme, key, text('three'), { when: { etag: first.etag } })).toEqual({
          type: 'precondition-failed',
        });
        expect(await readText(await objects.get(acme, key))).toBe('two');
        expect((await objects.head(acme, key))?.etag).toBe(second.etag);
        expect(await objects.put(acme, fresh(), text('x'), { when: { etag: first.etag } })).toEqual({
          type: 'precondition-failed',
        });
      });

      it('let one of many racers win, over two processes', async () => {
        const second = await rig.reopen();
        const key = fresh();
        const verdicts = await Promise.all(
          Array.from({ length: 10 }, (_, index) =>
            (index % 2 === 0 ? objects : second).put(acme, key, text(`racer ${index}`), { when: 'absent' }),
          ),
        );
        await second.close();
        expect(verdicts.filter(({ type }) => type === 'stored')).toHaveLength(1);
        const winner = verdicts.findIndex(({ type }) => type === 'stored');
        expect(await readText(await objects.get(acme, key))).toBe(`racer ${winner}`);
      });

      it('hold for large streams, and again once the object is deleted', async () => {
        const key = fresh();
        const stream = () => inPieces(Buffer.alloc(11 * MIB, 7), MIB);
        expectStored(await objects.put(acme, key, stream(), { when: 'absent' }));
        expect(await objects.put(acme, key, stream(), { when: 'absent' })).toEqual({ type: 'precondition-failed' });
        await objects.delete(acme, key);
        const anew = await objects.put(acme, key, text('anew'), { when: 'absent' });
        expect(anew.type).toBe(rig.deletedIsAbsent ? 'stored' : 'precondition-failed');
      });
    });

    describe('versions', () => {
      it('are all kept and can each be read', async () => {
        const key = fresh();
        const made: string[] = [];
        for (const value of ['one', 'two', 'three']) {
          made.push(expectStored(await objects.put(acme, key, text(value))).version);
        }
        expect(new Set(made).size).toBe(3);
        const listed = await objects.versions(acme, key);
        expect(listed.map(({ version, deleted }) => [version, deleted])).toEqual(
          made.toReversed().map((version) => [version, false]),
        );
        const [oldest = ''] = made;
        expect(await readText(await objects.get(acme, key, { version: oldest }))).toBe('one');
        expect((await objects.head(acme, key, oldest))?.version).toBe(oldest);
      });

      it('outlive the object, and go for good one by one', async () => {
        const key = fresh();
        const kept = expectStored(await objects.put(acme, key, text('kept'))).version;
        const gone = expectStored(await objects.put(acme, key, text('gone'))).version;
        await objects.delete(acme, key);
        expect(await objects.get(acme, key)).toBeNull();
        expect(await objects.head(acme, key)).toBeNull();
        expect((await objects.versions(acme, key)).map(({ deleted }) => deleted)).toEqual([true, false, false]);
        expect(await readText(await objects.get(acme, key, { version: kept }))).toBe('kept');
        await objects.delete(acme, key, gone);
        expect(await objects.get(acme, key, { version: gone })).toBeNull();
        for (const { version } of await objects.versions(acme, key)) await objects.delete(acme, key, version);
        expect(await objects.versions(acme, key)).toEqual([]);
        expect(expectStored(await objects.put(acme, key, text('again'))).version).not.toBe(gone);
      });

      it('of what never was are none, and deleting it is no fault', async () => {
        const key = fresh();
        await objects.delete(acme, key);
        expect((await objects.versions(acme, key)).filter(({ deleted }) => !deleted)).toEqual([]);
        expect(await objects.head(acme, key)).toBeNull();
      });
    });

    it('lists by key, in pages, without what is deleted', async () => {
      const base = `list-${(turn += 1)}`;
      const names = ['a', 'a-b', 'a.c', 'b/c', 'b/d/e', 'b_1', 'ba', 'c', 'Z'];
      for (const part of names) await objects.put(acme, tenantKey(acme, base, ...part.split('/')), text(part));
      await objects.delete(acme, tenantKey(acme, base, 'c'));
      const prefix = `tenant/${acme.tenantId}/${base}/`;
      const all = await objects.list(acme, prefix);
      const expected = names.filter((part) => part !== 'c').map((part) => prefix + part);
      expect(all.objects.map(({ key }) => key)).toEqual(expected.toSorted((a, b) => (a < b ? -1 : 1)));
      expect(all.next).toBeNull();
      expect(all.objects[0]).toMatchObject({ sizeBytes: 1, etag: expect.any(String), modifiedAt: expect.any(String) });

      const paged: string[] = [];
      let after: string | undefined;
      do {
        const page = await objects.list(acme, prefix, { limit: 3, ...(after === undefined ? {} : { after }) });
        expect(page.objects.length).toBeLessThanOrEqual(3);
        paged.push(...page.objects.map(({ key }) => key));
        after = page.next ?? undefined;
      } while (after !== undefined);
      expect(paged).toEqual(all.objects.map(({ key }) => key));

      const below = async (part: string): Promise<string[]> =>
        (await objects.list(acme, prefix + part)).objects.map(({ key }) => key.slice(prefix.length));
      expect(await below('b/')).toEqual(['b/c', 'b/d/e']);
      expect(await below('b/d')).toEqual(['b/d/e']);
      expect(await below('nothing')).toEqual([]);
    });

    it('copies with tags, and tags what stands', async () => {
      const [from, to] = [fresh(), fresh()];
      await objects.put(acme, from, text('content'), { mediaType: 'text/plain' });
      expect(await objects.tags(acme, from)).toEqual({});
      expect(await objects.setTags(acme, from, { class: 'sensitive', 'kept until': '2030-01-01 a/b@c=d' })).toBe(true);
      expect(await objects.tags(acme, from)).toEqual({ class: 'sensitive', 'kept until': '2030-01-01 a/b@c=d' });
      expectStored(await objects.copy(acme, from, to));
      expect(await readText(await objects.get(acme, to))).toBe('content');
      expect(await objects.head(acme, to)).toMatchObject({ mediaType: 'text/plain', sha256: sha256(text('content')) });
      expect(await objects.tags(acme, to)).toMatchObject({ class: 'sensitive' });
      expect(await objects.copy(acme, fresh(), to)).toBeNull();
      expect(await objects.tags(acme, fresh())).toBeNull();
      expect(await objects.setTags(acme, fresh(), {})).toBe(false);
      await expect(objects.setTags(acme, from, { 'a&b': '' })).rejects.toThrow('assertion failed');
    });

    describe('an upload in parts', () => {
      const part = (byte: number, size = 5 * MIB): Buffer => Buffer.alloc(size, byte);

      it('is joined in the order of its numbers, whatever order they came in', async () => {
        const upload = await objects.startUpload(acme, fresh(), { mediaType: 'video/mp4' });
        const third = await objects.putPart(acme, upload, 3, part(3, 10));
        const first = await objects.putPart(acme, upload, 1, part(9));
        const better = await objects.putPart(acme, upload, 1, part(1));
        const second = await objects.putPart(acme, upload, 2, part(2));
        expect(first?.etag).not.toBe(better?.etag);
        expect(await objects.head(acme, upload.key)).toBeNull();
        if (better === null || second === null || third === null) throw new Error('the upload is there');
        expectStored(await objects.completeUpload(acme, upload, [better, second, third]));
        const whole = Buffer.concat([part(1), part(2), part(3, 10)]);
        expect((await readBytes(await objects.get(acme, upload.key))).equals(whole)).toBe(true);
        expect((await objects.head(acme, upload.key))?.mediaType).toBe('video/mp4');
      });

      it('is refused with a part that is too small or was never sent', async () => {
        const upload = await objects.startUpload(acme, fresh());
        const small = await objects.putPart(acme, upload, 1, part(1, 1000));
        const last = await objects.putPart(acme, upload, 2, part(2, 1000));
        if (small === null || last === null) throw new Error('the upload is there');
        expect(await objects.completeUpload(acme, upload, [small, last])).toEqual({
          type: 'refused',
          reason: 'part-too-small',
        });
        expect(await objects.completeUpload(acme, upload, [{ number: 7, etag: last.etag }])).toEqual({
          type: 'refused',
          reason: 'unknown-part',
        });
        expect(await objects.head(acme, upload.key)).toBeNull();
        await objects.abortUpload(acme, upload);
        expect(await objects.putPart(acme, upload, 3, part(3, 10))).toBeNull();
        expect(await objects.completeUpload(acme, upload, [small])).toEqual({
          type: 'refused',
          reason: 'unknown-upload',
        });
        await objects.abortUpload(acme, upload);
      });
    });

    describe('a signed request', () => {
      const ask = async (given: { url: string; method: string; headers: object }, body?: string): Promise<Response> =>
        fetch(rig.resolve(given.url), {
          method: given.method,
          headers: { ...given.headers },
          ...(body === undefined ? {} : { body }),
        });

      it('puts and gets without a key', async () => {
        const key = fresh();
        const put = await objects.presign(acme, key, { method: 'PUT', expiresInSeconds: 60, mediaType: 'text/plain' });
        expect((await ask(put, 'by whoever holds it')).status).toBe(200);
        expect(await readText(await objects.get(acme, key))).toBe('by whoever holds it');
        const get = await objects.presign(acme, key, { method: 'GET', expiresInSeconds: 60 });
        const answer = await ask(get);
        expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain']);
        expect(await answer.text()).toBe('by whoever holds it');
        expect(Date.parse(get.expiresAt)).toBeGreaterThan(0);
      });

      it('is for that method, key, type and time alone', async () => {
        const [key, secret] = [fresh(), fresh()];
        await objects.put(acme, key, text('open'));
        await objects.put(acme, secret, text('secret'));
        const get = await objects.presign(acme, key, { method: 'GET', expiresInSeconds: 60 });
        const put = await objects.presign(acme, key, { method: 'PUT', expiresInSeconds: 60, mediaType: 'text/plain' });
        expect((await ask({ ...get, url: get.url.replace(key, secret) })).status).toBe(403);
        expect((await ask({ ...get, method: 'PUT' }, 'x')).status).toBe(403);
        expect((await ask({ ...put, headers: { 'content-type': 'text/html' } }, 'x')).status).toBe(403);
        expect(
          (await ask({ ...get, url: get.url.replace(/=60&|expires=\d/, (same) => same.replace(/\d(?=&|$)/, '9')) }))
            .status,
        ).toBe(403);
        const missing = await objects.presign(acme, fresh(), { method: 'GET', expiresInSeconds: 60 });
        expect((await ask(missing)).status).toBe(404);
        expect(await readText(await objects.get(acme, key))).toBe('open');
      });
    });

    testIsolation(() => objects);

    it('is healthy', async () => {
      expect(await objects.check()).toBeNull();
    });
  });
}
