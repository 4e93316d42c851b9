import type { MediaPart, Part } from '@reeve/contracts';

/** What a part says: the result of a tool what it holds, every other part itself. */
export function innerParts(part: Part): readonly (Part | MediaPart)[] {
  return part.type === 'tool-result' ? part.content : [part];
}
