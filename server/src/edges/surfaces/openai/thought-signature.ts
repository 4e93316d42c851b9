/**
 * What Gemini signs of its tool calls, and refuses the next step without. It stands where Google's own OpenAI-compatible
 * endpoint puts it, `tool_calls[].extra_content.google.thought_signature`, so clients that echo calls whole keep it.
 * https://ai.google.dev/gemini-api/docs/thought-signatures
 */
import { fieldOf } from '#kernel';
import type { Signature } from '@reeve/contracts';

/** The wire of the adapter that signed, and that reads the signature again. */
const GOOGLE = 'google';

export function toExtraContent(signature: Signature | undefined) {
  if (signature?.wire !== GOOGLE) return {};
  return { extra_content: { google: { thought_signature: signature.value } } };
}

/** The signature of a call in the history; callers may send anything there. */
export function readThoughtSignature(call: object): { signature?: Signature } {
  const value = fieldOf(fieldOf(fieldOf(call, 'extra_content'), GOOGLE), 'thought_signature');
  return typeof value === 'string' && value !== '' ? { signature: { wire: GOOGLE, value } } : {};
}
