import type { Call } from '@reeve/contracts';

/**
 * Whether an earlier answer in the call holds thoughts that another wire signed: a conversation that moved between
 * providers. The caller's own bytes would be refused there; a body made from the parts leaves those thoughts out.
 */
export function holdsForeignThoughts({ parts }: Call, wire: string): boolean {
  return parts.some(
    (part) =>
      (part.type === 'reasoning' || part.type === 'tool-call') &&
      part.signature !== undefined &&
      part.signature.wire !== wire,
  );
}
