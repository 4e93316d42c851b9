/** Tenants are kept apart at every door of an engine, and a fault in any of them shows. */
import { expect, it } from 'vitest';
import { asTenantId } from '#kernel';
import { tenantKey, type Objects, type ObjectScope } from './port.ts';

const acme = { tenantId: asTenantId(`ten_acme_${process.pid}`) };
const other = { tenantId: asTenantId(`ten_other_${process.pid}`) };

let turn = 0;
const fresh = (): string => tenantKey(acme, 'apart', `object-${(turn += 1)}`);
const text = (value: string): Buffer => Buffer.from(value);

/** To be called inside a `describe` that opens an engine. */
export function testIsolation(opened: () => Objects): void {
  it.each([
    ['another tenant', `tenant/${other.tenantId}/docs/x`],
    ['no tenant', 'docs/x'],
    ['a way out', `tenant/${acme.tenantId}/../${other.tenantId}/x`],
    ['a way out by its code', `tenant/${acme.tenantId}/%2e%2e/x`],
    ['a tenant whose id only begins so', `tenant/${acme.tenantId}x/docs`],
    ['no name', `tenant/${acme.tenantId}/`],
    ['an empty segment', `tenant/${acme.tenantId}/a//b`],
    ['a hidden file', `tenant/${acme.tenantId}/.hidden`],
    ['a mark of our own', `tenant/${acme.tenantId}/a@`],
    ['a line break', `tenant/${acme.tenantId}/a\nb`],
    ['too long a name', `tenant/${acme.tenantId}/${'x/'.repeat(500)}y`],
  ])('takes a key with %s for a bug, at every door', async (_what, key) => {
    const upload = { key, id: '0'.repeat(32) };
    const own = fresh();
    const objects = opened();
    const doors: (() => Promise<unknown>)[] = [
      () => objects.put(acme, key, text('x')),
      () => objects.get(acme, key),
      () => objects.head(acme, key),
      () => objects.delete(acme, key),
      () => objects.versions(acme, key),
      () => objects.copy(acme, key, own),
      () => objects.copy(acme, own, key),
      () => objects.tags(acme, key),
      () => objects.setTags(acme, key, {}),
      () => objects.startUpload(acme, key),
      () => objects.putPart(acme, upload, 1, text('x')),
      () => objects.completeUpload(acme, upload, []),
      () => objects.abortUpload(acme, upload),
      () => objects.presign(acme, key, { method: 'GET', expiresInSeconds: 1 }),
    ];
    for (const door of doors) await expect(door()).rejects.toThrow('assertion failed');
    if (!key.endsWith('/')) await expect(objects.list(acme, key)).rejects.toThrow('assertion failed');
  });

  it('shows nothing of one tenant to another', async () => {
    expect(await findLeaks(opened())).toEqual([]);
    expect((await opened().list(other, `tenant/${other.tenantId}/`)).objects).toEqual([]);
    await expect(opened().list(other, 'tenant/')).rejects.toThrow('assertion failed');
  });

  it.each(['get', 'put', 'head', 'delete', 'list', 'presign'] as const)(
    'fault: a door "%s" that does not ask whose key it is, is found',
    async (door) => {
      expect(await findLeaks(openDoor(opened(), door))).toEqual([door]);
    },
  );
}

/** The doors through which one tenant reaches another's object. */
async function findLeaks(objects: Objects): Promise<string[]> {
  const key = fresh();
  await objects.put(acme, key, text('of acme'));
  const doors: Record<string, () => Promise<unknown>> = {
    get: () => objects.get(other, key),
    put: () => objects.put(other, key, text('of other')),
    head: () => objects.head(other, key),
    list: () => objects.list(other, `tenant/${acme.tenantId}/`),
    presign: () => objects.presign(other, key, { method: 'GET', expiresInSeconds: 1 }),
    delete: () => objects.delete(other, key),
  };
  const leaks: string[] = [];
  for (const [name, door] of Object.entries(doors)) {
    const refused = await door().then(
      () => false,
      (error: unknown) => String(error).includes('assertion failed'),
    );
    if (!refused) leaks.push(name);
  }
  return leaks;
}

/** The engine with one door that takes whoever the key belongs to for the one who asks. */
function openDoor(objects: Objects, door: string): Objects {
  return new Proxy(objects, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (scope: ObjectScope, key: string, ...rest: unknown[]): unknown => {
        const owner = { tenantId: asTenantId(key.split('/')[1] ?? '') };
        return Reflect.apply(method, target, [name === door ? owner : scope, key, ...rest]);
      };
    },
  });
}
