/** What the ledger writes into the journal, one kind per sort of record. All payloads are JSON. */
import { asWriterId, must } from '#kernel';
import type { JournalRecord } from '#platform/journal/port.ts';
import type { ReceiptDraft, Tags } from './ledger.ts';
import type { ChainHead, SealedReceipt } from './receipt-chain.ts';

/** Where the writer's chain stands, so that it goes on after the receipts before were pruned. */
export const KIND_HEAD = 1;
/** The receipt that stands if the process dies before the call is settled. */
export const KIND_INTENT = 2;
/** A sealed receipt's row. */
export const KIND_RECEIPT = 3;
/** Ids whose receipts the database has: their intents are closed. */
export const KIND_SETTLED = 4;

export interface Intent {
  draft: ReceiptDraft;
  tags: Tags;
}

export function encodeHead({ writerId, seq, hash }: ChainHead): string {
  return JSON.stringify({ writer_id: writerId, seq, hash });
}

export function decodeHead(payload: Uint8Array): ChainHead {
  const head: { writer_id: string; seq: number; hash: string } = JSON.parse(toText(payload));
  return { writerId: asWriterId(head.writer_id), seq: head.seq, hash: head.hash };
}

export function encodeIntent(draft: ReceiptDraft, tags: Tags): string {
  return JSON.stringify({ id: draft.id, tags, draft });
}

export function decodeIntent(payload: string): Intent {
  const { draft, tags }: Intent = JSON.parse(payload);
  return { draft, tags };
}

/** The id at the head of an intent, without parsing the rest. */
export function intentId(payload: string): string {
  return payload.slice(ID_START, payload.indexOf('"', ID_START));
}
const ID_START = '{"id":"'.length;

const ROW_HEAD = /^\{"hash":"([0-9a-f]{64})","id":"([^"]+)","seq":(\d+),/;

/** Reads the head of a receipt's row; the rest stays text. */
export function decodeReceipt({ payload }: Pick<JournalRecord, 'payload'>): SealedReceipt {
  const row = toText(payload);
  const [, hash = '', id = '', seq] = must(ROW_HEAD.exec(row), 'a receipt in the journal has a head');
  return { id, seq: Number(seq), hash, row };
}

export function encodeSettled(ids: readonly string[]): string {
  return JSON.stringify(ids);
}

export function decodeSettled(payload: Uint8Array): string[] {
  const ids: string[] = JSON.parse(toText(payload));
  return ids;
}

export function toText(payload: Uint8Array): string {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
}
