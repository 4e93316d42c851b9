/** Where a candidate's statements come from: `groundingMetadata` and `citationMetadata`. */
import type { Citation } from '@reeve/contracts';
import { isCount, readList, readRecord, readText, type JsonRecord } from '../read-json.ts';

/** `text` is all that the candidate has said: this wire counts in bytes of UTF-8. */
export function readCitations(candidate: JsonRecord, text: string): Citation[] {
  if (candidate.groundingMetadata === undefined && candidate.citationMetadata === undefined) return [];
  const bytes = Buffer.from(text);
  return [
    ...readGrounding(readRecord(candidate.groundingMetadata), bytes),
    ...readList(readRecord(candidate.citationMetadata)?.citationSources).flatMap((source) => toRecital(source, bytes)),
  ];
}

interface Source {
  url: string | null;
  title: string | null;
}

/** Sources that support no statement in particular are named without a place. */
function readGrounding(grounding: JsonRecord | null, bytes: Buffer): Citation[] {
  const sources = readList(grounding?.groundingChunks).map(toSource);
  const supports = readList(grounding?.groundingSupports).flatMap((support) => toCitations(support, sources, bytes));
  if (supports.length > 0) return supports;
  return sources.flatMap((source) => (source === null ? [] : [{ ...source, quote: null, start: null, end: null }]));
}

function toSource(chunk: unknown): Source | null {
  const record = readRecord(chunk);
  const source = readRecord(record?.web) ?? readRecord(record?.retrievedContext) ?? readRecord(record?.maps);
  return source === null ? null : { url: readText(source.uri), title: readText(source.title) };
}

function toCitations(support: unknown, sources: readonly (Source | null)[], bytes: Buffer): Citation[] {
  const record = readRecord(support);
  const segment = readRecord(record?.segment);
  const place = toPlace(segment, bytes);
  return readList(record?.groundingChunkIndices).flatMap((index) => {
    const source = isCount(index) ? (sources[index] ?? null) : null;
    return source === null ? [] : [{ ...source, quote: readText(segment?.text), ...place }];
  });
}

/** A passage that the model knows by heart; the wire gives no words of it. */
function toRecital(source: unknown, bytes: Buffer): Citation[] {
  const record = readRecord(source);
  const url = readText(record?.uri);
  return url === null ? [] : [{ url, title: null, quote: null, ...toPlace(record, bytes) }];
}

/** A start at 0 is left out on this wire, as every default is. */
function toPlace(segment: JsonRecord | null, bytes: Buffer): { start: number | null; end: number | null } {
  if (segment === null || !isCount(segment.endIndex)) return { start: null, end: null };
  const start = isCount(segment.startIndex) ? segment.startIndex : 0;
  if (start > segment.endIndex || segment.endIndex > bytes.length) return { start: null, end: null };
  return { start: toUnits(bytes, start), end: toUnits(bytes, segment.endIndex) };
}

/** Bytes of UTF-8 → code units of UTF-16. */
const toUnits = (bytes: Buffer, offset: number): number => bytes.toString('utf8', 0, offset).length;
