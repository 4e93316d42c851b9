/** The little XML that S3 speaks: flat elements, read by their names. Keys are of an alphabet that needs no escaping. */

/** The text of the first element of this name; `null` where there is none. */
export function readElement(xml: string, name: string): string | null {
  const [, text] = new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)</${name}>`).exec(xml) ?? [];
  return text === undefined ? null : unescape(text);
}

/** The insides of all elements of these names, in their order. */
export function readBlocks(xml: string, ...names: string[]): { name: string; inner: string }[] {
  const pattern = new RegExp(`<(${names.join('|')})(?:\\s[^>]*)?>([\\s\\S]*?)</\\1>`, 'g');
  return [...xml.matchAll(pattern)].map(([, name = '', inner = '']) => ({ name, inner }));
}

export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** An etag as we hand it on: without the quotes of HTTP. */
export function bareEtag(text: string | null | undefined): string {
  return (text ?? '').replaceAll('"', '');
}

export function renderParts(parts: readonly { number: number; etag: string }[]): string {
  const rows = parts.map(
    ({ number, etag }) => `<Part><PartNumber>${number}</PartNumber><ETag>"${escapeXml(etag)}"</ETag></Part>`,
  );
  return `<CompleteMultipartUpload xmlns="${NAMESPACE}">${rows.join('')}</CompleteMultipartUpload>`;
}

export function renderTags(tags: Readonly<Record<string, string>>): string {
  const rows = Object.entries(tags).map(
    ([key, value]) => `<Tag><Key>${escapeXml(key)}</Key><Value>${escapeXml(value)}</Value></Tag>`,
  );
  return `<Tagging xmlns="${NAMESPACE}"><TagSet>${rows.join('')}</TagSet></Tagging>`;
}

export const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescape(text: string): string {
  return text.replaceAll(
    /&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/g,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      return NAMED[name ?? ''] ?? whole;
    },
  );
}
