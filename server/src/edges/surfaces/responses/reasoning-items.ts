/**
 * Reasoning items carry what a provider wants back unread. For this wire's own provider that is `encrypted_content` as
 * it came; what another provider signed travels in the same field, sealed so that it is known again when it comes back.
 * Clients that take answers for stored send back nothing of a thought but its id: for them the id is a seal too.
 */
import type { Part, PartRole, Signature } from '@reeve/contracts';
import { sealSignature, signatureOf, unsealSignature, type SealedSignature } from '../sealed-signature.ts';
import { WIRE } from './responses-wire.ts';

/** A signature as `encrypted_content`. */
export function toEncryptedContent(signature: Signature, call?: string): string {
  if (signature.wire === WIRE) {
    const own = readOwn(signature.value);
    if (own !== null) return own.encrypted_content;
  }
  return sealSignature({ ...signature, ...(call === undefined ? {} : { call }) });
}

const REASONING_ID = 'rs_';

/** An id that holds the thought and its signature; `null` for what this wire's own provider signed, which has its own. */
export function toSealedId({ wire, value }: Signature, text: string): string | null {
  return wire === WIRE ? null : REASONING_ID + sealSignature({ wire, value, ...(text === '' ? {} : { text }) });
}

/** The id under which this wire's own provider knows the item. */
export function ownItemId(signature: Signature | undefined): string | null {
  return signature?.wire === WIRE ? (readOwn(signature.value)?.id ?? null) : null;
}

/** A reasoning item as a part; none where it holds neither text nor anything to give back. */
export function itemToReasoning(
  item: Readonly<Record<string, unknown>>,
  place: { turn: number; role: PartRole },
): Part[] {
  const sealed = readSignature(item);
  const text = joinTexts(item.content) || joinTexts(item.summary) || (sealed?.text ?? '');
  if (sealed?.call !== undefined || (text === '' && sealed === null)) return [];
  const signed = sealed === null ? {} : { signature: signatureOf(sealed) };
  return [{ ...place, type: 'reasoning', text, ...signed, ...(text === '' ? { hidden: true } : {}) }];
}

/**
 * What a reference to an earlier item stands for. Nothing is stored here: a thought whose id holds nothing cannot be had
 * back, and a model does without; every other item is the caller's to send. `null` where it does not.
 */
export function referenceToReasoning(id: string, place: { turn: number; role: PartRole }): Part[] | null {
  return id.startsWith(REASONING_ID) ? itemToReasoning({ id }, place) : null;
}

/** The tool call that a reasoning item signs, and its signature; `null` for every other item. */
export function readCallSignature(item: Readonly<Record<string, unknown>>): [string, Signature] | null {
  const sealed = item.type === 'reasoning' ? readSignature(item) : null;
  return sealed?.call === undefined ? null : [sealed.call, signatureOf(sealed)];
}

function readSignature({ id, encrypted_content: content }: Readonly<Record<string, unknown>>): SealedSignature | null {
  if (typeof content !== 'string' || content === '') {
    return typeof id === 'string' ? unsealSignature(id.slice(REASONING_ID.length)) : null;
  }
  return unsealSignature(content) ?? { wire: WIRE, value: JSON.stringify({ id, encrypted_content: content }) };
}

function readOwn(value: string): { id: string | null; encrypted_content: string } | null {
  const own = parse(value);
  if (typeof own?.encrypted_content !== 'string') return null;
  return { id: typeof own.id === 'string' ? own.id : null, encrypted_content: own.encrypted_content };
}

function parse(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null; // Expected: callers may send any text here.
  }
}

function joinTexts(list: unknown): string {
  if (!Array.isArray(list)) return '';
  return list.flatMap((part) => (typeof part?.text === 'string' ? [part.text] : [])).join('\n\n');
}
