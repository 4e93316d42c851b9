/** What HTTP cannot show: rows in the wrong hands, and limits that take long to reach. On a real database and real seals. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asKeyId, asTenantId, createIdSource, defaultTenantId, type Scope } from '#kernel';
import { createSeededRandom, createVirtualClock } from '#platform/clock/testing.ts';
import { SealError } from '#platform/crypto/port.ts';
import { openTestDatabase } from '#platform/database/testing.ts';
import { openSealedFileSecrets } from '#platform/secrets/sealed-file-secrets.ts';
import type { Secrets } from '#platform/secrets/port.ts';
import { appendEntry } from './append-entry.ts';
import {
  createConversation,
  forgetOwner,
  readConversation,
  readConversations,
  readEntries,
  type MemoryDeps,
} from './keep-conversations.ts';
import { ENTRIES_MAX, MODELS_MAX, type Conversation } from './memory.ts';
import { searchConversations } from './search-conversations.ts';

const clock = createVirtualClock();
const random = createSeededRandom(11);
const ids = createIdSource(clock, random);
const FIRST = { limit: 50, after: null };

/** Whoever holds this key, in this tenant, with every right. */
function scopeOf(keyId: string, tenantId = defaultTenantId): Scope {
  const actor = { kind: 'key' as const, keyId: asKeyId(keyId), scopes: new Set(['*' as const]), models: null };
  return {
    tenantId,
    actor,
    requestId: 'req_test',
    trace: { traceId: '0'.repeat(32), parentSpanId: null, sampled: false },
  };
}

const ann = scopeOf(ids.next('key'));
const ben = scopeOf(ids.next('key'));
const far = scopeOf(ids.next('key'), asTenantId('ten_far'));

describe('conversations', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-memory-'));
  let deps: MemoryDeps;
  let secrets: Secrets;

  beforeAll(async () => {
    secrets = await openSealedFileSecrets({ dataDir: folder, masterKey: null, clock, random });
    deps = { database: await openTestDatabase(), secrets, clock, ids };
  });
  afterAll(async () => {
    await deps.database.close();
    await secrets.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const change = (statement: string, scope = ann): Promise<unknown> =>
    deps.database.forTenant(scope, (tx) => sql.raw(statement).execute(tx));

  async function begin(title: string, ...texts: string[]): Promise<Conversation> {
    let conversation = await createConversation(deps, ann, { title, models: [] });
    for (const text of texts) {
      clock.advance(10);
      const said = { parentId: null, role: 'user' as const, content: { parts: [{ type: 'text' as const, text }] } };
      const wish = { ...said, conversationId: conversation.id, version: conversation.version };
      ({ conversation } = await appendEntry(deps, ann, { ...wish, model: null, receiptId: null }));
    }
    return conversation;
  }

  /** Ways in which `reader` gets at what `ann` keeps; none where they are apart. */
  async function findLeaks(reader: Scope, { id }: Conversation): Promise<string[]> {
    const ways: [string, () => Promise<boolean>][] = [
      ['lists it', async () => (await readConversations(deps, reader, FIRST)).some((one) => one.id === id)],
      ['opens it', async () => (await readConversation(deps, reader, id)).id === id],
      ['reads it', async () => (await readEntries(deps, reader, { id, page: FIRST })).entries.length > 0],
      ['finds it', async () => (await searchConversations(deps, reader, { text: 'e', page: FIRST })).hits.length > 0],
    ];
    const leaks: string[] = [];
    for (const [way, reaches] of ways) if (await reaches().catch(() => false)) leaks.push(way);
    return leaks;
  }

  it('are searched past letters with marks without end, which would hold up everybody', async () => {
    const { id } = await begin('marks', `a${'\u0315'.repeat(40_000)}${'\u0316'.repeat(40_000)} noonday`);
    const fromMs = process.cpuUsage().user;
    const found = await searchConversations(deps, ann, { text: 'noonday', page: FIRST });
    expect(found.hits.map((hit) => hit.conversation.id)).toContain(id);
    // Without the bound it takes seconds.
    expect((process.cpuUsage().user - fromMs) / 1_000).toBeLessThan(1_000);
  });

  it('are apart, by owner and by tenant', async () => {
    const kept = await begin('secret plans', 'we meet at noon');
    expect(await findLeaks(ben, kept)).toEqual([]);
    expect(await findLeaks(far, kept)).toEqual([]);
  });

  it('fault: a reader who counts as the owner is seen by the probe in every way', async () => {
    const kept = await begin('secret plans', 'we meet at noon');
    expect(await findLeaks(scopeOf(ann.actor.keyId ?? ''), kept)).toEqual([
      'lists it',
      'opens it',
      'reads it',
      'finds it',
    ]);
  });

  it('open for nobody else even where a row got another owner or another tenant’s conversation', async () => {
    const kept = await begin('secret plans', 'we meet at noon');
    await change(`update user_sessions set owner = '${ben.actor.keyId}' where id = '${kept.id}'`);
    await expect(readConversation(deps, ben, kept.id)).rejects.toBeInstanceOf(SealError);
    await expect(readEntries(deps, ben, { id: kept.id, page: FIRST })).rejects.toBeInstanceOf(SealError);
    await expect(readConversation(deps, ann, kept.id)).rejects.toMatchObject({ code: 'not_found' });
    await change(`delete from user_sessions where id = '${kept.id}'`);
  });

  it('are full at a number of entries and say so', async () => {
    const kept = await begin('long', 'one');
    await change(`update user_sessions set entries = ${ENTRIES_MAX} where id = '${kept.id}'`);
    const wish = { conversationId: kept.id, version: kept.version, parentId: null, role: 'user' as const };
    const said = { content: { parts: [{ type: 'text' as const, text: 'x' }] }, model: null, receiptId: null };
    await expect(appendEntry(deps, ann, { ...wish, ...said })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('full'),
    });
  });

  it('note so many models and then the newest, each once', async () => {
    let kept = await createConversation(deps, ann, { title: 'many', models: ['first'] });
    const names = Array.from({ length: MODELS_MAX + 2 }, (_, at) => `model-${at}`);
    for (const model of [...names, 'model-5', null]) {
      const wish = { conversationId: kept.id, version: kept.version, parentId: null, role: 'assistant' as const };
      const said = { content: { parts: [{ type: 'text' as const, text: 'x' }] }, model, receiptId: null };
      ({ conversation: kept } = await appendEntry(deps, ann, { ...wish, ...said }));
      if (model === 'model-0') expect(kept.models).toEqual(['first', 'model-0']);
    }
    expect(kept.models).toEqual(names.slice(-MODELS_MAX));
  });

  it('are searched in bounded parts, and every part together finds all', async () => {
    const padding = 'x'.repeat(900 * 1024);
    const made: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const large = await begin(
        `large ${turn}`,
        ...Array.from({ length: 10 }, (_, at) => `needle-in-${turn} ${at} ${padding}`),
      );
      made.push(large.id);
    }
    const found: string[] = [];
    let searches = 0;
    for (let after: readonly string[] | null = null; ;) {
      const { hits, stoppedAt } = await searchConversations(deps, ann, {
        text: 'NEEDLE-in',
        page: { limit: 50, after },
      });
      searches += 1;
      found.push(...hits.map(({ conversation }) => conversation.id));
      if (stoppedAt === null) break;
      after = [new Date(stoppedAt.updatedAtMs).toISOString(), stoppedAt.id];
    }
    expect(found).toEqual(made.toReversed());
    expect(searches).toBeGreaterThan(1);
  }, 30_000);

  it('are read a bounded part at a time', async () => {
    const large = await begin('pages', ...Array.from({ length: 10 }, (_, at) => `${at} ${'y'.repeat(1000 * 1024)}`));
    const first = await readEntries(deps, ann, { id: large.id, page: FIRST });
    expect(first).toMatchObject({ more: true });
    expect(first.entries).toHaveLength(8);
    const rest = await readEntries(deps, ann, {
      id: large.id,
      page: { limit: 50, after: [first.entries[7]?.id ?? ''] },
    });
    expect(rest.entries).toHaveLength(2);
    expect(rest.more).toBe(false);
  }, 30_000);

  it('of an owner who is gone are removed in every tenant', async () => {
    const elsewhere = scopeOf(ann.actor.keyId ?? '', asTenantId('ten_elsewhere'));
    await createConversation(deps, elsewhere, { title: 'abroad', models: [] });
    const others = await createConversation(deps, ben, { title: 'stays', models: [] });
    await deps.database.asRole('operator', (tx) => forgetOwner(tx, ann.actor.keyId ?? ''));
    expect(await readConversations(deps, ann, FIRST)).toEqual([]);
    expect(await readConversations(deps, elsewhere, FIRST)).toEqual([]);
    expect((await readConversations(deps, ben, FIRST)).map(({ id }) => id)).toEqual([others.id]);
  });
});
