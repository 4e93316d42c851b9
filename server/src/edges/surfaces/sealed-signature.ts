/**
 * Signatures of other wires on their way through a caller: sealed as one word, so that they are known again when the
 * caller sends them back, and never taken for a signature of the caller's own wire.
 */
import type { Signature } from '@reeve/contracts';

const SEAL = 'reeve.';
/** Of letters that every wire takes in the id of a tool call. */
const CALL_SEAL = '_reeve_';

export interface SealedSignature extends Signature {
  /** The tool call that was signed, where it was no reasoning. */
  call?: string;
  /** The thought that was signed, where the caller sends back nothing but the seal. */
  text?: string;
}

export function sealSignature(signature: SealedSignature): string {
  return SEAL + encode(signature);
}

/** `null` for what was never sealed here, also where it only looks like it. */
export function unsealSignature(text: string): SealedSignature | null {
  return text.startsWith(SEAL) ? decode(text.slice(SEAL.length)) : null;
}

/** The id of a tool call with its signature in it: the one field of a call that every client sends back. */
export function sealCallId(id: string, signature: Signature): string {
  return id + CALL_SEAL + encode(signature);
}

/** The id as the provider knows it, and what it signed; every other id as it is. */
export function unsealCallId(text: string): { id: string; signature?: Signature } {
  const at = text.lastIndexOf(CALL_SEAL);
  const sealed = at < 0 ? null : decode(text.slice(at + CALL_SEAL.length));
  return sealed === null ? { id: text } : { id: text.slice(0, at), signature: signatureOf(sealed) };
}

/** Without what the seal says beside it. */
export function signatureOf({ wire, value }: SealedSignature): Signature {
  return { wire, value };
}

function encode({ wire, value, call, text }: SealedSignature): string {
  return Buffer.from(JSON.stringify({ wire, value, call, text })).toString('base64url');
}

function decode(text: string): SealedSignature | null {
  const { wire, value, ...more } = parseFields(Buffer.from(text, 'base64url').toString('utf8'));
  if (typeof wire !== 'string' || typeof value !== 'string') return null;
  return { wire, value, ...pickText(more, 'call'), ...pickText(more, 'text') };
}

function pickText(fields: Readonly<Record<string, unknown>>, name: string): Record<string, string> {
  const value = fields[name];
  return typeof value === 'string' ? { [name]: value } : {};
}

function parseFields(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {}; // Expected: callers may send any text here.
  }
}
