/** From the parts that messages and results of tools may both hold to content blocks. */
import type { MediaPart } from '@reeve/contracts';
import { isBase64, readDataUrl, type Blob64 } from '../data-url.ts';
import { dropAbsent } from '../read-json.ts';

export type Block = { type: string } & Readonly<Record<string, unknown>>;

type FilePart = Extract<MediaPart, { type: 'file' }>;

/**
 * The block; `null` where this wire has none for it. Documents are PDF and plain text (any `text/…`). The `detail` of an
 * image, a hint to other providers, has no place here and is left out.
 */
export function mediaToBlock(part: MediaPart): Block | null {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'image': {
      const source = toImageSource(part.url);
      return source === null ? null : { type: 'image', source };
    }
    case 'file':
      return toDocument(part);
  }
}

function toImageSource(url: string): object | null {
  if (/^https?:/i.test(url)) return { type: 'url', url };
  const blob = readDataUrl(url);
  return blob?.mediaType.startsWith('image/') === true ? toBase64Source(blob) : null;
}

function toDocument(part: FilePart): Block | null {
  const { fileId, url } = part;
  if (fileId !== undefined) return wrap(part, { type: 'file', file_id: fileId });
  if (part.data === undefined && url !== undefined && /^https?:/i.test(url)) return wrap(part, { type: 'url', url });
  const blob = readBlob(part, part.data ?? url ?? '');
  if (blob === null) return null;
  if (blob.mediaType.startsWith('image/')) return { type: 'image', source: toBase64Source(blob) };
  if (blob.mediaType === 'application/pdf') return wrap(part, toBase64Source(blob));
  if (!blob.mediaType.startsWith('text/')) return null;
  const text = Buffer.from(blob.base64, 'base64').toString('utf8');
  return wrap(part, { type: 'text', media_type: 'text/plain', data: text });
}

function toBase64Source({ mediaType, base64 }: Blob64): object {
  return { type: 'base64', media_type: mediaType, data: base64 };
}

function readBlob(part: FilePart, given: string): Blob64 | null {
  if (!isBase64(given)) return readDataUrl(given);
  return { mediaType: part.mediaType?.toLowerCase() ?? guessMediaType(part, given), base64: given };
}

function wrap({ filename }: FilePart, source: object): Block {
  return { type: 'document', ...dropAbsent({ source, title: filename }) };
}

/** The bytes of a PDF begin with `%PDF-`. */
const PDF_START = 'JVBERi0';

function guessMediaType({ filename }: FilePart, base64: string): string {
  if (base64.startsWith(PDF_START)) return 'application/pdf';
  return /\.(txt|md|csv)$/i.test(filename ?? '') ? 'text/plain' : '';
}
