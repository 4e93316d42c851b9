/** From a call's parts to `contents` and `systemInstruction`. */
import type { MediaPart, Part, Signature } from '@reeve/contracts';
import { isBase64, readDataUrl } from '../data-url.ts';
import { dropAbsent, parseJson, readRecord } from '../read-json.ts';
import { readGeneration, WIRE } from './google-wire.ts';

export type Contents = { contents: Content[] } | { refusal: string };

interface Content {
  role: 'user' | 'model';
  parts: object[];
}

/**
 * Neighbours of one role become one content, as this wire wants the results of parallel calls together; results of
 * tools never share one with what a user says.
 */
export function partsToContents(parts: readonly Part[], modelId: string): Contents {
  const contents: (Content & { results: boolean })[] = [];
  const context: Context = { names: new Map(), generation: readGeneration(modelId) };
  for (const part of parts) {
    if (part.role === 'system') {
      if (part.type === 'text') continue;
      return { refusal: 'Instructions of the system can only hold text with this provider.' };
    }
    const made = toParts(part, context);
    if ('refusal' in made) return made;
    if (made.parts.length === 0) continue;
    const role = part.role === 'assistant' ? 'model' : 'user';
    const results = part.type === 'tool-result';
    const last = contents.at(-1);
    if (last?.role === role && last.results === results) last.parts.push(...made.parts);
    else contents.push({ role, results, parts: [...made.parts] });
  }
  const whole = contents.map(({ role, parts: own }) => ({ role, parts: own }));
  return { contents: context.generation >= 3 ? whole.map(withSignature) : whole };
}

/** All that the system says, wherever it stands. */
export function toSystemInstruction(parts: readonly Part[]): object | undefined {
  const texts = parts.flatMap((part) => (part.role === 'system' && part.type === 'text' ? [{ text: part.text }] : []));
  return texts.length === 0 ? undefined : { parts: texts };
}

/** URLs that the provider reads itself: its own files, those in its cloud's store, and YouTube's videos. */
export function isNativeUrl(url: string): boolean {
  return /^(gs:\/\/|https:\/\/(generativelanguage\.googleapis\.com\/v1\w*\/files\/|(www\.)?youtube\.com\/|youtu\.be\/))/i.test(
    url,
  );
}

interface Context {
  /** The function that each earlier tool call named: results are matched by it. */
  names: Map<string, string>;
  generation: number;
}

type Made = { parts: object[] } | { refusal: string };

function toParts(part: Part, context: Context): Made {
  switch (part.type) {
    case 'text':
    case 'refusal':
      // An empty part is an error on this wire.
      return part.text === '' ? { parts: [] } : one({ text: part.text });
    case 'image':
    case 'file':
      return toMedia(part);
    case 'audio':
      return one({ inlineData: { mimeType: `audio/${part.format}`, data: part.data } });
    case 'tool-call': {
      const { id, name, signature } = part;
      context.names.set(id, name);
      return one({ functionCall: { id, name, args: toArgs(part.arguments) }, ...toSignature(signature) });
    }
    case 'tool-result':
      return toResult(part, context);
    case 'reasoning':
      return toThought(part);
    case 'other':
      return { refusal: `This provider cannot take a part of type "${part.name}".` };
  }
}

const one = (part: object): Made => ({ parts: [part] });

/**
 * Thoughts go back only with this provider's own signature. A signature without words belongs to the text before it,
 * and goes back as the provider streams it: in a part with an empty text.
 */
function toThought({ text, hidden, signature }: Part & { type: 'reasoning' }): Made {
  if (signature?.wire !== WIRE) return { parts: [] };
  const thought = hidden === true || text === '' ? {} : { thought: true };
  return one({ text, ...thought, thoughtSignature: signature.value });
}

function toSignature(signature: Signature | undefined): object {
  return signature?.wire === WIRE ? { thoughtSignature: signature.value } : {};
}

/**
 * From generation 3 on the first call of a turn is refused without a signature. Calls that another model made, or whose
 * signature the caller's wire could not hold, carry the value that the public guide on thought signatures names for it.
 */
const FOREIGN_SIGNATURE = 'skip_thought_signature_validator';

function withSignature(content: Content): Content {
  const first = content.parts.findIndex((part) => 'functionCall' in part);
  const call = content.parts[first];
  if (call === undefined || 'thoughtSignature' in call) return content;
  return { ...content, parts: content.parts.with(first, { ...call, thoughtSignature: FOREIGN_SIGNATURE }) };
}

/** Arguments are an object on this wire; what a model wrote that is none travels as it is under one name. */
function toArgs(text: string): object {
  if (text.trim() === '') return {};
  return readRecord(parseJson(text)) ?? { arguments: text };
}

function toResult({ id, content, isError }: Part & { type: 'tool-result' }, { names, generation }: Context): Made {
  const name = names.get(id);
  if (name === undefined) return { refusal: `The result "${id}" has no tool call before it that it could belong to.` };
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const media: object[] = [];
  for (const part of content) {
    if (part.type === 'text') continue;
    const made = toMedia(part);
    if ('refusal' in made) return made;
    media.push(...made.parts);
  }
  const response = toResponse(texts.join('\n'), isError === true);
  if (generation < 3 || media.length === 0) return { parts: [{ functionResponse: { id, name, response } }, ...media] };
  return one({ functionResponse: { id, name, response, parts: media } });
}

/** The keys that the reference names for a result and an error. */
function toResponse(text: string, isError: boolean): object {
  if (isError) return { error: text };
  return readRecord(parseJson(text)) ?? { output: text };
}

function toMedia(part: Exclude<MediaPart, { type: 'text' }>): Made {
  if (part.type === 'image') return toBlob(part.url, undefined, 'image');
  const { fileId, data, url, filename, mediaType } = part;
  if (data !== undefined || url !== undefined) {
    return toBlob(data ?? url ?? '', mediaType ?? guessMediaType(filename), 'file');
  }
  if (fileId !== undefined && /^files\/[\w-]+$/.test(fileId)) return toFileData(`${FILES_URL}${fileId}`, mediaType);
  return { refusal: 'This provider does not know the file that the request names by its id.' };
}

const FILES_URL = 'https://generativelanguage.googleapis.com/v1beta/';

function toBlob(source: string, mediaType: string | undefined, kind: 'image' | 'file'): Made {
  if (isNativeUrl(source)) return toFileData(source, mediaType);
  const blob = readDataUrl(source);
  if (blob !== null) return one({ inlineData: { mimeType: blob.mediaType, data: blob.base64 } });
  if (kind === 'image' || !isBase64(source)) return { refusal: `The ${kind}'s data cannot be read.` };
  if (mediaType === undefined) return { refusal: 'The file needs a media type: send it as a data: URL.' };
  return one({ inlineData: { mimeType: mediaType, data: source } });
}

function toFileData(fileUri: string, mediaType: string | undefined): Made {
  return one({ fileData: dropAbsent({ fileUri, mimeType: mediaType }) });
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
};

function guessMediaType(filename: string | undefined): string | undefined {
  return MEDIA_TYPES[filename?.split('.').at(-1)?.toLowerCase() ?? ''];
}
