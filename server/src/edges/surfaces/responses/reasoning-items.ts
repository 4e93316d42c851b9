/**
 * Reasoning items carry what a provider wants back unread. For this wire's own provider that is `encrypted_content` as
 * it came; what another provider signed travels in the same field, sealed so that it is known again when it comes back.
 */
import type { Part, PartRole, Signature } from '@reeve/contracts';
import { sealSignature, unsealSignature, type SealedSignature } from '../sealed-signature.ts';
import { WIRE } from './responses-wire.ts';

/** A signature as `encrypted_content`. */
export function toEncryptedContent(signature: Signature, call?: string): string {
  if (signature.wire === WIRE) {
    const own = readOwn(signature.value);
    if (own !== null) return own.encrypted_content;
  }
  return sealSignature({ ...signature, ...(call === undefined ? {} : { call }) });
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
  const text = joinTexts(item.content) || joinTexts(item.summary);
  const signature = readSignature(item);
  if (signature?.call !== undefined || (text === '' && signature === null)) return [];
  const signed = signature === null ? {} : { signature };
  return [{ ...place, type: 'reasoning', text, ...signed, ...(text === '' ? { hidden: true } : {}) }];
}

/** The tool call that a reasoning item signs, and its signature; `null` for every other item. */
export function readCallSignature(item: Readonly<Record<string, unknown>>): [string, Signature] | null {
  const sealed = item.type === 'reasoning' ? readSignature(item) : null;
  return sealed?.call === undefined ? null : [sealed.call, { wire: sealed.wire, value: sealed.value }];
}

function readSignature({ id, encrypted_content: content }: Readonly<Record<string, unknown>>): SealedSignature | null {
  if (typeof content !== 'string' || content === '') return null;
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
