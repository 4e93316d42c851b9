import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { asTenantId } from '#kernel';
import { createSystemRandom, systemClock } from '../clock/system-clock.ts';
import { createVirtualClock, type VirtualClock } from '../clock/testing.ts';
import { readKeyId } from '../crypto/port.ts';
import { openSealedFileSecrets } from './sealed-file-secrets.ts';
import { describeSecrets, reasonOf } from './secrets-contract.testing.ts';

const random = createSystemRandom();
const KEY_A = Buffer.alloc(32, 1).toString('base64');
const KEY_B = Buffer.alloc(32, 2).toString('hex');
const scope = { tenantId: asTenantId('default') };
const DAY_MS = 24 * 60 * 60_000;

const folders: string[] = [];
const makeFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-secrets-'));
  folders.push(folder);
  return folder;
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function open(dataDir: string, masterKey: string | null = null, clock: VirtualClock = createVirtualClock()) {
  return openSealedFileSecrets({ dataDir, masterKey, clock, random });
}

describeSecrets('the sealed file', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'reeve-secrets-'));
  const secrets = await open(dataDir);
  return {
    secrets,
    reopen: () => open(dataDir),
    async close() {
      await secrets.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
});

describe('the master key', () => {
  it('is made once, for its owner alone, and not where one is given', async () => {
    const dataDir = makeFolder();
    await open(dataDir);
    expect(statSync(join(dataDir, 'master.key')).mode & 0o777).toBe(0o600);
    const made = readFileSync(join(dataDir, 'master.key'), 'utf8');
    await open(dataDir);
    expect(readFileSync(join(dataDir, 'master.key'), 'utf8')).toBe(made);
    const given = makeFolder();
    await open(given, KEY_A);
    expect(existsSync(join(given, 'master.key'))).toBe(false);
  });

  it('is one, however many processes start at once', async () => {
    const dataDir = makeFolder();
    const opened = await Promise.all(Array.from({ length: 6 }, () => open(dataDir)));
    const sealed = await Promise.all(opened.map((secrets) => secrets.encrypt(scope, 'payload', Buffer.from('x'))));
    for (const [index, envelope] of sealed.entries()) {
      const other = opened[(index + 1) % opened.length];
      expect((await other?.decrypt(scope, 'payload', envelope))?.toString()).toBe('x');
    }
    expect(readdirSync(dataDir).toSorted()).toEqual(['master.key', 'secrets']);
  });

  it('that is gone or another stops the start: nothing is sealed beside what is there', async () => {
    const dataDir = makeFolder();
    await open(dataDir);
    rmSync(join(dataDir, 'master.key'));
    await expect(open(dataDir)).rejects.toThrow(/master\.key is gone: put it back/);
    await expect(open(dataDir, KEY_A)).rejects.toThrow(/sealed under the master key [0-9a-f]{16}; the key given is/);
    expect(existsSync(join(dataDir, 'master.key'))).toBe(false);
  });

  it.each(['', 'short', 'x'.repeat(42), Buffer.alloc(31).toString('base64'), `${KEY_A},nonsense`])(
    '%j is refused in words',
    async (masterKey) => {
      await expect(open(makeFolder(), masterKey)).rejects.toThrow(/REEVE_MASTER_KEY takes 32 random bytes/);
    },
  );

  it('is changed by giving the new one first, once for the old bytes and for good for the file', async () => {
    const dataDir = makeFolder();
    const before = await open(dataDir, KEY_A);
    await before.put(scope, 'name', Buffer.from('kept'));
    const sealed = await before.encrypt(scope, 'payload', Buffer.from('old'));
    const during = await open(dataDir, `${KEY_B},${KEY_A}`);
    expect((await during.decrypt(scope, 'payload', sealed)).toString()).toBe('old');
    const rewrapped = await during.rewrap(scope, 'payload', sealed);
    const after = await open(dataDir, KEY_B);
    expect((await after.get(scope, 'name'))?.value.toString()).toBe('kept');
    expect((await after.decrypt(scope, 'payload', rewrapped)).toString()).toBe('old');
    expect(await reasonOf(after.decrypt(scope, 'payload', sealed))).toBe('key');
    await expect(open(dataDir, KEY_A)).rejects.toThrow(/sealed under the master key/);
  });

  it('gives each tenant another data key every 30 days, over clocks that jump', async () => {
    const clock = createVirtualClock(30 * DAY_MS * 600);
    const secrets = await open(makeFolder(), KEY_A, clock);
    const first = await secrets.encrypt(scope, 'payload', Buffer.from('first'));
    clock.advance(30 * DAY_MS - 1);
    expect(readKeyId(await secrets.encrypt(scope, 'payload', Buffer.of()))).toBe(readKeyId(first));
    clock.advance(1);
    expect(readKeyId(await secrets.encrypt(scope, 'payload', Buffer.of()))).not.toBe(readKeyId(first));
    const back = await open(makeFolder(), KEY_A, createVirtualClock(0));
    expect((await back.decrypt(scope, 'payload', first)).toString()).toBe('first');
  });
});

describe('the file', () => {
  it('shows nothing of what it holds', async () => {
    const dataDir = makeFolder();
    const secrets = await open(dataDir);
    await secrets.put(scope, 'a-telling-name', Buffer.from('a telling value'));
    for (const name of readdirSync(join(dataDir, 'secrets'))) {
      const bytes = readFileSync(join(dataDir, 'secrets', name));
      expect(statSync(join(dataDir, 'secrets', name)).mode & 0o077).toBe(0);
      for (const shown of ['telling', 'default', Buffer.from('a telling value').toString('base64')]) {
        expect(bytes.includes(shown)).toBe(false);
      }
    }
  });

  it('keeps ten versions of a value and three of itself', async () => {
    const dataDir = makeFolder();
    const secrets = await open(dataDir);
    for (let version = 1; version <= 12; version += 1) await secrets.put(scope, 'name', Buffer.of(version));
    expect(await secrets.get(scope, 'name', 2)).toBeNull();
    expect((await secrets.get(scope, 'name', 3))?.value).toEqual(Buffer.of(3));
    expect(readdirSync(join(dataDir, 'secrets'))).toHaveLength(3);
  });

  it('that was changed on the disk stops the start, and is a fault while running', async () => {
    const dataDir = makeFolder();
    const secrets = await open(dataDir);
    await secrets.put(scope, 'name', Buffer.from('value'));
    const newest = join(dataDir, 'secrets', readdirSync(join(dataDir, 'secrets')).toSorted().at(-1) ?? '');
    const next = newest.replace(/\d{12}/, (digits) => String(Number(digits) + 1).padStart(12, '0'));
    const bytes = readFileSync(newest);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(next, bytes);
    await expect(secrets.get(scope, 'name')).rejects.toMatchObject({ code: 'secrets_unavailable' });
    expect(await secrets.check()).toMatch(/changed, or belong elsewhere/);
    await expect(open(dataDir)).rejects.toThrow(/changed, or belong elsewhere/);
    rmSync(next);
    expect((await secrets.get(scope, 'name'))?.value.toString()).toBe('value');
  });

  it('that is gone is unavailable, never empty', async () => {
    const dataDir = makeFolder();
    const secrets = await open(dataDir);
    rmSync(join(dataDir, 'secrets'), { recursive: true });
    await expect(secrets.get(scope, 'name')).rejects.toMatchObject({ code: 'secrets_unavailable', status: 503 });
    await expect(secrets.put(scope, 'name', Buffer.of(1))).rejects.toMatchObject({ code: 'secrets_unavailable' });
    expect(await secrets.check()).toMatch(/cannot be read/);
  });

  it('ignores what a crash left half-written', async () => {
    const dataDir = makeFolder();
    await (await open(dataDir)).put(scope, 'name', Buffer.from('value'));
    for (const name of ['draft-dead', 'draft-alive']) writeFileSync(join(dataDir, 'secrets', name), 'half');
    utimesSync(join(dataDir, 'secrets', 'draft-dead'), new Date(0), new Date(0));
    const secrets = await open(dataDir, null, createVirtualClock(systemClock.now()));
    expect((await secrets.get(scope, 'name'))?.value.toString()).toBe('value');
    expect(existsSync(join(dataDir, 'secrets', 'draft-dead'))).toBe(false);
    expect(existsSync(join(dataDir, 'secrets', 'draft-alive'))).toBe(true);
  });

  it('is moved by moving the folder', async () => {
    const [from, to] = [makeFolder(), makeFolder()];
    await (await open(from)).put(scope, 'name', Buffer.from('value'));
    cpSync(from, to, { recursive: true });
    expect((await (await open(to)).get(scope, 'name'))?.value.toString()).toBe('value');
  });

  it('keeps what it told, however often its process is killed', async () => {
    const dataDir = makeFolder();
    let told = 0;
    for (let kill = 0; kill < 5; kill += 1) {
      const writer = spawn(process.execPath, [join(import.meta.dirname, 'put-until-killed.testing.ts'), dataDir]);
      let said = '';
      writer.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const reached = told + 5 + kill;
      while (Number(said.trim().split('\n').at(-1)) < reached || said === '') await once(writer.stdout, 'data');
      writer.kill('SIGKILL');
      await once(writer, 'close');
      told = Number(said.trim().split('\n').at(-1));
      const kept = Number((await (await open(dataDir)).get(scope, 'counter'))?.value.toString());
      expect(kept).toBeGreaterThanOrEqual(told);
      expect(kept).toBeLessThanOrEqual(told + 1);
    }
  });
});
