/** Receipts and ledgers for tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createIdSource,
  defaultTenantId,
  type HttpExchange,
  type IdSource,
  type Route,
  type Scope,
  type TenantId,
} from '#kernel';
import { createSystemRandom, systemClock } from '#platform/clock/system-clock.ts';
import type { Database } from '#platform/database/port.ts';
import type { Journal } from '#platform/journal/port.ts';
import { openJournal, type SegmentJournalOptions } from '#platform/journal/segment-journal.ts';
import type { Log } from '#platform/telemetry/port.ts';
import { openDirectLedger } from './direct-ledger.ts';
import { openEmbeddedLedger } from './journal-ledger.ts';
import type { ReceiptDraft } from './ledger.ts';
import type { OpenLedger, Recovery } from './open-ledger.ts';

export const testIds: IdSource = createIdSource(systemClock, createSystemRandom());

/** A receipt of an answered call, made now. */
export function makeDraft(changes: Partial<ReceiptDraft> = {}): ReceiptDraft {
  return {
    answer_hash: 'b'.repeat(64),
    attempts: [{ latency_ms: 120, model_id: 'gpt-4o-mini', outcome: 'ok', provider: 'acme' }],
    bytes_in: 1024,
    bytes_out: 2048,
    confidence_score: null,
    cost_nanos: 1_234_567,
    created_at: new Date(systemClock.now()).toISOString(),
    error_code: null,
    finish_reason: 'stop',
    first_byte_ms: 90,
    id: testIds.next('receipt'),
    key_id: 'key_01hzzzzzzzzzzzzzzzzzzzzzzz',
    kind: 'chat',
    latency_ms: 130,
    model: { model_id: 'gpt-4o-mini', provider: 'acme' },
    overhead_us: 210,
    parent_receipt: null,
    pii_classes: [],
    policy: {
      attributes: { model: 'gpt-4o-mini', scope: 'models:invoke' },
      decision: 'allow',
      policies: ['builtin/scopes'],
      version: '1',
    },
    price_version: '2026-01',
    prompt_hash: 'a'.repeat(64),
    propensity_ppm: 1_000_000,
    region: 'eu',
    requested_model: 'gpt-4o-mini',
    status: 'ok',
    stream: false,
    surface: 'openai',
    tenant_id: defaultTenantId,
    token_usage: { cached: 0, completion: 200, details: {}, estimated: false, prompt: 100, total: 300 },
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    v: 1,
    ...changes,
  };
}

export interface TestLedger extends OpenLedger {
  journal: Journal;
  recovery: Recovery;
}

const QUIET: Log = { debug() {}, info() {}, warn() {}, error() {} };

interface TestLedgerOptions {
  database: Database;
  folder: string;
  durability?: 'acknowledged' | 'relaxed';
  journal?: Omit<SegmentJournalOptions, 'folder'>;
  upkeepStepBytes?: number;
  /** For journals that break a promise. */
  wrapJournal?: (journal: Journal) => Journal;
  log?: Log;
}

/** Opens and recovers a ledger for the database's engine; its jobs run. */
export async function openTestLedger(options: TestLedgerOptions): Promise<TestLedger> {
  const { database, folder, durability = 'acknowledged', log = QUIET, upkeepStepBytes, wrapJournal } = options;
  const sound = openJournal({ folder, ...options.journal });
  const journal = wrapJournal?.(sound) ?? sound;
  const open = database.engine === 'pglite' ? openEmbeddedLedger : openDirectLedger;
  const opened = open({
    database,
    journal,
    ids: testIds,
    clock: systemClock,
    log,
    durability,
    ...(upkeepStepBytes === undefined ? {} : { upkeepStepBytes }),
  });
  const recovery = await opened.recover();
  const jobs = opened.plugin.jobs ?? [];
  for (const job of jobs) job.start();
  return {
    ...opened,
    journal,
    recovery,
    async close() {
      for (const job of jobs) await job.stop();
      await opened.close();
      await journal.close();
    },
  };
}

/** A folder that `remove` takes away. */
export function makeTestFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'reeve-ledger-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A caller of the tenant that may read receipts. */
function readerScope(tenantId: TenantId = defaultTenantId): Scope {
  const actor = { kind: 'key' as const, keyId: null, scopes: new Set(['receipts:read' as const]), models: null };
  return { tenantId, actor, requestId: 'req', trace: { traceId: '0'.repeat(32), parentSpanId: null, sampled: false } };
}

type Texts = Readonly<Record<string, string>>;

/** Asks a management route as the tenant's reader. */
export async function askRoute(
  { plugin }: TestLedger,
  path: string,
  { params = {}, query = {}, tenantId }: { params?: Texts; query?: Texts; tenantId?: TenantId | undefined } = {},
): Promise<{ status: number; body?: unknown }> {
  const route = findRoute(plugin.routes, path);
  if (route.kind !== 'json') throw new Error(`${path} is no JSON route`);
  return route.handle({ scope: readerScope(tenantId), params, query, body: undefined });
}

export interface StreamReader {
  /** Resolves when the reader takes the next piece; absent: it takes all at once. */
  take?: (piece: string) => Promise<void>;
  signal?: AbortSignal;
  tenantId?: TenantId | undefined;
}

/** What a streaming route sends to a reader of this pace. */
export async function readStream(
  { plugin }: TestLedger,
  path: string,
  query: Texts,
  reader: StreamReader = {},
): Promise<string> {
  const route = findRoute(plugin.routes, path);
  if (route.kind !== 'raw') throw new Error(`${path} is no raw route`);
  let text = '';
  const exchange: Pick<HttpExchange, 'scope' | 'query' | 'signal' | 'openStream' | 'write' | 'end'> = {
    scope: readerScope(reader.tenantId),
    query,
    signal: reader.signal ?? new AbortController().signal,
    openStream() {},
    write(piece) {
      text += String(piece);
      return reader.take?.(String(piece));
    },
    end() {},
  };
  await route.handle(exchange as HttpExchange);
  return text;
}

function findRoute(routes: readonly Route[] | undefined, path: string): Route {
  const route = routes?.find((candidate) => candidate.path === path);
  if (route === undefined) throw new Error(`no route ${path}`);
  return route;
}
