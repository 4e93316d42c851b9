import type { AnswerPart, Call } from '@reeve/contracts';

/** What shows that an answer belongs to another question: as many vectors as inputs, and scores of documents that there are. */
export function findMisfit({ kind, parts }: Pick<Call, 'kind' | 'parts'>, given: readonly AnswerPart[]): string | null {
  const asked = new Set(parts.map((part) => part.turn)).size;
  // How many inputs stand in what the call does not model is not known.
  if (parts.some(({ type }) => type === 'other')) return null;
  if (kind === 'embedding') {
    const indexes = given.flatMap((part) => (part.type === 'embedding' ? [part.index] : []));
    const fits = indexes.length === asked && new Set(indexes).size === asked && indexes.every((index) => index < asked);
    return fits
      ? null
      : `The provider sent ${indexes.length} vectors for ${asked} inputs, or named inputs that there are not.`;
  }
  if (kind !== 'rerank') return null;
  const indexes = given.flatMap((part) => (part.type === 'score' ? [part.index] : []));
  const documents = asked - 1;
  const fits = new Set(indexes).size === indexes.length && indexes.every((index) => index < documents);
  return fits ? null : 'The provider scored documents that there are not, or one of them twice.';
}
