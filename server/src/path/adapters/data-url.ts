/** Bytes that stand in a URL or a field themselves: what wires call a blob. */
export interface Blob64 {
  /** In small letters, without parameters, e.g. `image/png`. */
  mediaType: string;
  base64: string;
}

/** A `data:` URL (RFC 2397) taken apart; `null` where the text is none, or its base64 is broken. */
export function readDataUrl(text: string): Blob64 | null {
  const comma = text.indexOf(',');
  if (comma < 0 || !/^data:/i.test(text)) return null;
  const [type = '', ...parameters] = text.slice('data:'.length, comma).split(';');
  const mediaType = nameMediaType(type.trim().toLowerCase() || 'text/plain');
  const data = text.slice(comma + 1);
  if (parameters.at(-1)?.trim().toLowerCase() === 'base64') return isBase64(data) ? { mediaType, base64: data } : null;
  const bytes = decodePercents(data);
  return bytes === null ? null : { mediaType, base64: bytes.toString('base64') };
}

/** Many call a JPEG so; no provider but OpenAI's own takes the name. */
const nameMediaType = (mediaType: string): string => (mediaType === 'image/jpg' ? 'image/jpeg' : mediaType);

export function makeDataUrl({ mediaType, base64 }: Blob64): string {
  return `data:${mediaType};base64,${base64}`;
}

/** Standard base64, with or without its padding. */
export function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

function decodePercents(text: string): Buffer | null {
  try {
    return Buffer.from(decodeURIComponent(text));
  } catch {
    // Expected: a caller may send anything, e.g. a lone `%`.
    return null;
  }
}
