/**
 * Signatures of other wires on their way through a caller: sealed as one word, so that they are known again when the
 * caller sends them back, and never taken for a signature of the caller's own wire.
 */
import type { Signature } from '@reeve/contracts';

const SEAL = 'reeve.';

export interface SealedSignature extends Signature {
  /** The tool call that was signed, where it was no reasoning. */
  call?: string;
}

export function sealSignature({ wire, value, call }: SealedSignature): string {
  return SEAL + Buffer.from(JSON.stringify({ wire, value, call })).toString('base64url');
}

/** `null` for what was never sealed here, also where it only looks like it. */
export function unsealSignature(text: string): SealedSignature | null {
  if (!text.startsWith(SEAL)) return null;
  const { wire, value, call } = parseFields(Buffer.from(text.slice(SEAL.length), 'base64url').toString('utf8'));
  if (typeof wire !== 'string' || typeof value !== 'string') return null;
  return { wire, value, ...(typeof call === 'string' ? { call } : {}) };
}

function parseFields(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {}; // Expected: callers may send any text here.
  }
}
