import { CROCKFORD, DEFAULT_TENANT, ID_PREFIXES, type IdKind } from '@reeve/contracts';
import { encodeBase32 } from './base32.ts';
import type { Clock, Random } from './inputs.ts';

/** 128 bits and two zeros before them are 26 characters. */
const ID_LEADING_ZEROS = 2;

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type TenantId = Branded<'tenant'>;
export type KeyId = Branded<'key'>;
export type ReceiptId = Branded<'receipt'>;
export type RequestId = Branded<'request'>;
export type WriterId = Branded<'writer'>;
export type WorkflowId = Branded<'workflow'>;
export type WebhookId = Branded<'webhook'>;
export type DeliveryId = Branded<'delivery'>;
export type MemberId = Branded<'member'>;
export type ConversationId = Branded<'conversation'>;
export type EntryId = Branded<'entry'>;

interface IdTypes {
  tenant: TenantId;
  key: KeyId;
  receipt: ReceiptId;
  request: RequestId;
  writer: WriterId;
  workflow: WorkflowId;
  webhook: WebhookId;
  delivery: DeliveryId;
  member: MemberId;
  conversation: ConversationId;
  entry: EntryId;
}

export const defaultTenantId = DEFAULT_TENANT as TenantId;

/** Makes ids of every kind; ids made by one source sort in the order they were made. */
export interface IdSource {
  next<Kind extends IdKind>(kind: Kind): IdTypes[Kind];
}

/** UUIDv7 (RFC 9562 §5.7) in Crockford base 32, with a counter inside the millisecond for order. */
export function createIdSource(clock: Clock, random: Random): IdSource {
  const nextBytes = createUuidBytes(clock, random);
  return {
    next: (kind) => `${ID_PREFIXES[kind]}_${encodeBase32(nextBytes(), ID_LEADING_ZEROS)}` as IdTypes[typeof kind],
  };
}

/** UUIDv7 in its common form of 36 characters, for what other programs read; sorts by the time it was made. */
export function createUuidSource(clock: Clock, random: Random): () => string {
  const nextBytes = createUuidBytes(clock, random);
  return () => {
    const hex = Buffer.from(nextBytes()).toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  };
}

/** The answer is overwritten by the next call. */
function createUuidBytes(clock: Clock, random: Random): () => Uint8Array {
  const bytes = new Uint8Array(16);
  let lastMs = 0;
  let counter = 0;
  return () => {
    const now = clock.now();
    if (now > lastMs) {
      lastMs = now;
      counter = 0;
    } else counter += 1;
    if (counter > 0xfff) {
      lastMs += 1;
      counter = 0;
    }
    random.fill(bytes);
    writeTimestamp(bytes, lastMs, counter);
    return bytes;
  };
}

/** The moment an id was made, in ms since the epoch. */
export function idTimestampMs(id: string): number {
  const body = id.slice(id.indexOf('_') + 1);
  let value = 0;
  for (let index = 0; index < 10; index += 1) value = value * 32 + CROCKFORD.indexOf(body.charAt(index));
  return value;
}

/** Accepts a stored or received text as an id without checking it; the schemas of the contracts check. */
export const asTenantId = (text: string): TenantId => text as TenantId;
export const asKeyId = (text: string): KeyId => text as KeyId;
export const asReceiptId = (text: string): ReceiptId => text as ReceiptId;
export const asWebhookId = (text: string): WebhookId => text as WebhookId;
export const asDeliveryId = (text: string): DeliveryId => text as DeliveryId;
export const asConversationId = (text: string): ConversationId => text as ConversationId;
export const asEntryId = (text: string): EntryId => text as EntryId;
export const asMemberId = (text: string): MemberId => text as MemberId;
export const asWorkflowId = (text: string): WorkflowId => text as WorkflowId;
export const asWriterId = (text: string): WriterId => text as WriterId;

function writeTimestamp(bytes: Uint8Array, ms: number, counter: number): void {
  let high = Math.floor(ms / 0x1_0000);
  for (let index = 3; index >= 0; index -= 1) {
    bytes[index] = high & 0xff;
    high = Math.floor(high / 0x100);
  }
  bytes[4] = (ms >>> 8) & 0xff;
  bytes[5] = ms & 0xff;
  bytes[6] = 0x70 | (counter >>> 8);
  bytes[7] = counter & 0xff;
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
}
