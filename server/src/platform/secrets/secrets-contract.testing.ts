/** What every engine of secrets promises; `open` gives a fresh engine, and `reopen` the same store as another process sees it. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asTenantId } from '#kernel';
import { readKeyId, SealError } from '../crypto/port.ts';
import type { Secrets } from './port.ts';

export interface SecretsRig {
  secrets: Secrets;
  /** Another process over the same store. */
  reopen(): Promise<Secrets>;
  close(): Promise<void>;
}

const acme = { tenantId: asTenantId('ten_acme') };
const other = { tenantId: asTenantId('ten_other') };
const text = (value: string): Buffer => Buffer.from(value);

let turn = 0;
const fresh = (): string => `secret-${(turn += 1)}`;

export async function reasonOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'opened';
  } catch (error) {
    if (error instanceof SealError) return error.reason;
    throw error;
  }
}

export function describeSecrets(name: string, open: () => Promise<SecretsRig>): void {
  describe(`secrets in ${name}`, () => {
    let rig: SecretsRig;
    let secrets: Secrets;
    beforeAll(async () => {
      rig = await open();
      ({ secrets } = rig);
    });
    afterAll(() => rig.close());

    describe('named values', () => {
      it('come back byte for byte, with a version and a time', async () => {
        const secret = fresh();
        const value = Buffer.from([0, 255, 10, 13, 195, 40]);
        expect(await secrets.put(acme, secret, value)).toEqual({ type: 'stored', version: 1 });
        expect(await secrets.get(acme, secret)).toEqual({
          value,
          version: 1,
          createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        });
        expect(await secrets.get(acme, fresh())).toBeNull();
      });

      it('keep their versions', async () => {
        const secret = fresh();
        for (const value of ['one', 'two', 'three']) await secrets.put(acme, secret, text(value));
        expect((await secrets.get(acme, secret, 1))?.value.toString()).toBe('one');
        expect((await secrets.get(acme, secret, 2))?.value.toString()).toBe('two');
        expect(await secrets.get(acme, secret)).toMatchObject({ value: text('three'), version: 3 });
        expect(await secrets.get(acme, secret, 4)).toBeNull();
      });

      it('are changed only by who saw the newest, where that is asked', async () => {
        const secret = fresh();
        expect(await secrets.put(acme, secret, text('a'), 1)).toEqual({ type: 'conflict' });
        expect(await secrets.put(acme, secret, text('a'), 0)).toEqual({ type: 'stored', version: 1 });
        expect(await secrets.put(acme, secret, text('b'), 0)).toEqual({ type: 'conflict' });
        expect(await secrets.put(acme, secret, text('b'), 1)).toEqual({ type: 'stored', version: 2 });
        expect((await secrets.get(acme, secret))?.value.toString()).toBe('b');
      });

      it('have one winner among racers, in this process and another', async () => {
        const secret = fresh();
        const second = await rig.reopen();
        const racers = Array.from({ length: 8 }, (_, index) =>
          (index % 2 === 0 ? secrets : second).put(acme, secret, text(`racer ${index}`), 0),
        );
        const verdicts = await Promise.all(racers);
        await second.close();
        expect(verdicts.filter(({ type }) => type === 'stored')).toHaveLength(1);
        const winner = verdicts.findIndex(({ type }) => type === 'stored');
        expect((await secrets.get(acme, secret))?.value.toString()).toBe(`racer ${winner}`);
      });

      it('lose no write of many at once', async () => {
        const names = Array.from({ length: 10 }, fresh);
        await Promise.all(names.map((secret) => secrets.put(acme, secret, text(secret))));
        for (const secret of names) expect((await secrets.get(acme, secret))?.value.toString()).toBe(secret);
      });

      it('are listed by name and gone when deleted', async () => {
        const tenant = { tenantId: asTenantId(`ten_list_${turn}`) };
        expect(await secrets.list(tenant)).toEqual([]);
        for (const secret of ['webhook-b', 'constructor', 'a.b_c']) await secrets.put(tenant, secret, text('x'));
        expect(await secrets.list(tenant)).toEqual(['a.b_c', 'constructor', 'webhook-b']);
        expect(await secrets.delete(tenant, 'constructor')).toBe(true);
        expect(await secrets.delete(tenant, 'constructor')).toBe(false);
        expect(await secrets.get(tenant, 'constructor')).toBeNull();
        expect(await secrets.list(tenant)).toEqual(['a.b_c', 'webhook-b']);
        expect(await secrets.put(tenant, 'constructor', text('y'), 0)).toEqual({ type: 'stored', version: 1 });
      });

      it('are seen by another process, and survive it', async () => {
        const secret = fresh();
        const second = await rig.reopen();
        await second.put(acme, secret, text('from elsewhere'));
        await second.close();
        expect((await secrets.get(acme, secret))?.value.toString()).toBe('from elsewhere');
      });
    });

    it.each(['', 'A', '../x', 'a/b', 'a b', 'é', '.hidden', 'x'.repeat(129)])(
      'takes %j for a bug of the caller',
      async (bad) => {
        await expect((async () => secrets.put(acme, bad, text('x')))()).rejects.toThrow('assertion failed');
        await expect((async () => secrets.get(acme, bad))()).rejects.toThrow('assertion failed');
        await expect((async () => secrets.encrypt(acme, bad, text('x')))()).rejects.toThrow('assertion failed');
        const stranger = { tenantId: asTenantId(`../${bad}`) };
        await expect((async () => secrets.get(stranger, 'name'))()).rejects.toThrow('assertion failed');
        await expect((async () => secrets.list(stranger))()).rejects.toThrow('assertion failed');
      },
    );

    describe('sealed bytes', () => {
      it('open again, whatever they are', async () => {
        await fc.assert(
          fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
            const sealed = await secrets.encrypt(acme, 'payload', bytes);
            expect(await secrets.decrypt(acme, 'payload', sealed)).toEqual(Buffer.from(bytes));
          }),
          { numRuns: 20 },
        );
      });

      it('open for another process', async () => {
        const sealed = await secrets.encrypt(acme, 'payload', text('shared'));
        const second = await rig.reopen();
        expect((await second.decrypt(acme, 'payload', sealed)).toString()).toBe('shared');
        expect(
          (await secrets.decrypt(acme, 'payload', await second.encrypt(acme, 'payload', text('x')))).toString(),
        ).toBe('x');
        await second.close();
      });

      it('do not open once changed, nor where they are no envelope', async () => {
        const sealed = await secrets.encrypt(acme, 'payload', text('of acme'));
        const changed = Buffer.from(sealed);
        changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
        expect(await reasonOf(secrets.decrypt(acme, 'payload', changed))).toBe('damaged');
        expect(await reasonOf(secrets.decrypt(acme, 'payload', text('no envelope')))).toBe('format');
        expect(await reasonOf(secrets.decrypt(acme, 'payload', sealed))).toBe('opened');
      });

      it('are under another key after a rotation, and the old ones still open', async () => {
        const before = await secrets.encrypt(acme, 'rotating', text('old'));
        const again = await secrets.encrypt(acme, 'rotating', text('old'));
        expect(readKeyId(again)).toBe(readKeyId(before));
        await secrets.rotate(acme, 'rotating');
        const after = await secrets.encrypt(acme, 'rotating', text('new'));
        expect(readKeyId(after)).not.toBe(readKeyId(before));
        expect((await secrets.decrypt(acme, 'rotating', before)).toString()).toBe('old');
        const rewrapped = await secrets.rewrap(acme, 'rotating', before);
        expect(readKeyId(rewrapped)).toBe(readKeyId(after));
        expect((await secrets.decrypt(acme, 'rotating', rewrapped)).toString()).toBe('old');
      });
    });

    it('keeps tenants and purposes apart', async () => {
      expect(await findLeaks(secrets)).toEqual([]);
    });

    it.each(LEAKS)('fault: %s is found', async (_name, leak) => {
      expect(await findLeaks(leak(secrets))).not.toEqual([]);
    });

    it('is healthy', async () => {
      expect(await secrets.check()).toBeNull();
    });
  });
}

/** What one tenant reaches of another's, or one purpose of another's; a sentence each. */
async function findLeaks(secrets: Secrets): Promise<string[]> {
  const faults: string[] = [];
  const secret = fresh();
  await secrets.put(acme, secret, text('of acme'));
  if ((await secrets.get(other, secret)) !== null) faults.push('another tenant reads a value');
  if ((await secrets.list(other)).includes(secret)) faults.push('another tenant lists a name');
  await secrets.put(other, secret, text('of other'));
  await secrets.delete(other, secret);
  const kept = await secrets.get(acme, secret);
  if (kept?.value.toString() !== 'of acme') faults.push('another tenant changes a value');
  const sealed = await secrets.encrypt(acme, 'payload', text('of acme'));
  if ((await reasonOf(secrets.decrypt(other, 'payload', sealed))) === 'opened')
    faults.push('another tenant opens bytes');
  if ((await reasonOf(secrets.decrypt(acme, 'webhooks', sealed))) === 'opened')
    faults.push('another purpose opens bytes');
  return faults;
}

/** Engines that leave out what keeps tenants or purposes apart. */
const LEAKS: [string, (secrets: Secrets) => Secrets][] = [
  ['values without their tenant', (same) => wrap(same, { get: (_scope, ...given) => same.get(acme, ...given) })],
  ['names without their tenant', (same) => wrap(same, { list: () => same.list(acme) })],
  ['a delete without its tenant', (same) => wrap(same, { delete: (_scope, name) => same.delete(acme, name) })],
  ['keys without their tenant', (same) => wrap(same, { decrypt: (_scope, ...given) => same.decrypt(acme, ...given) })],
  [
    'keys without their purpose',
    (same) => wrap(same, { decrypt: (scope, _purpose, sealed) => same.decrypt(scope, 'payload', sealed) }),
  ],
];

function wrap(secrets: Secrets, changes: Partial<Secrets>): Secrets {
  return {
    engine: secrets.engine,
    put: (...given) => secrets.put(...given),
    get: (...given) => secrets.get(...given),
    list: (...given) => secrets.list(...given),
    delete: (...given) => secrets.delete(...given),
    encrypt: (...given) => secrets.encrypt(...given),
    decrypt: (...given) => secrets.decrypt(...given),
    rotate: (...given) => secrets.rotate(...given),
    rewrap: (...given) => secrets.rewrap(...given),
    check: () => secrets.check(),
    close: () => secrets.close(),
    ...changes,
  };
}
