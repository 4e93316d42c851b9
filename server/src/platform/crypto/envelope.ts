/**
 * A sealed envelope: AES-256-GCM with everything in front that opening it needs, except the key.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | version, 1 |
 * | 1 | length of the key id, 0–255 |
 * | n | key id, UTF-8 |
 * | 12 | nonce, random |
 * | 16 | tag |
 * | rest | ciphertext, as long as the plain bytes |
 *
 * The tag covers version, key id and the context that both sides name (for example tenant and purpose), so an envelope
 * opens only where it belongs. With random nonces one key should seal at most 2³² envelopes.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Random } from '#kernel';

export interface SealingKey {
  /** Found again when opening; at most 255 bytes. May be empty where the opener knows the key anyway. */
  id: string;
  /** 256 bits. */
  bytes: Uint8Array;
}

/** `format`: no envelope of ours; `key`: sealed under a key that is not there; `damaged`: changed, or of another context. */
export class SealError extends Error {
  readonly reason: 'format' | 'key' | 'damaged';
  constructor(reason: SealError['reason'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SealError';
    this.reason = reason;
  }
}

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_AT = 2;
const KEY_ID_BYTES_MAX = 255;
const CIPHER = 'aes-256-gcm';

/** Seals `plain`, given in one or more pieces, for whoever has the key and names the same context. */
export function sealEnvelope(
  key: SealingKey,
  plain: Uint8Array | readonly Uint8Array[],
  context: string,
  random: Random,
): Buffer {
  const id = Buffer.from(key.id);
  if (id.length > KEY_ID_BYTES_MAX) throw new TypeError(`a key id has at most ${KEY_ID_BYTES_MAX} bytes`);
  const head = Buffer.concat([Buffer.of(VERSION, id.length), id]);
  const nonce = Buffer.alloc(NONCE_BYTES);
  random.fill(nonce);
  const cipher = createCipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.concat([head, Buffer.from(context)]));
  const pieces = plain instanceof Uint8Array ? [plain] : plain;
  const sealed = [...pieces.map((piece) => cipher.update(piece)), cipher.final()];
  return Buffer.concat([head, nonce, cipher.getAuthTag(), ...sealed]);
}

/** The plain bytes. Throws `SealError('format' | 'damaged')`. */
export function openEnvelope(key: Uint8Array, envelope: Uint8Array, context: string): Buffer {
  const bytes = asBuffer(envelope);
  const head = bytes.subarray(0, headLength(bytes));
  const nonce = bytes.subarray(head.length, head.length + NONCE_BYTES);
  const tag = bytes.subarray(head.length + NONCE_BYTES, head.length + NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.concat([head, Buffer.from(context)])).setAuthTag(tag);
  const opened = decipher.update(bytes.subarray(head.length + NONCE_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([opened, decipher.final()]);
  } catch (error) {
    throw new SealError('damaged', 'the sealed bytes were changed, or belong elsewhere', error);
  }
}

/** The id of the key that opens this envelope. Nothing is proved by it. Throws `SealError('format')`. */
export function readKeyId(envelope: Uint8Array): string {
  const bytes = asBuffer(envelope);
  return bytes.toString('utf8', KEY_ID_AT, headLength(bytes));
}

function headLength(bytes: Buffer): number {
  const length = KEY_ID_AT + (bytes[1] ?? 0);
  if (bytes[0] !== VERSION) throw new SealError('format', `the sealed bytes have the unknown format ${bytes[0]}`);
  if (bytes.length < length + NONCE_BYTES + TAG_BYTES) throw new SealError('format', 'the sealed bytes are cut short');
  return length;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
