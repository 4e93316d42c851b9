/** The way through a conversation as the messages of a call. */
import type { Entry, Part } from './conversation.ts';
import { textOf } from './tree.ts';

type Content =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string } }
  | { type: 'file'; file: { filename: string; file_data: string } };

export interface Message {
  role: Entry['role'];
  content: string | Content[];
}

/** Entries that say nothing (an answer that broke off before its first word) are left out. */
export function toMessages(path: readonly Entry[]): Message[] {
  return path.map(toMessage).filter(({ content }) => content.length > 0);
}

function toMessage(entry: Entry): Message {
  if (entry.role !== 'user') return { role: entry.role, content: textOf(entry) };
  const content = entry.parts.flatMap(toContent);
  const [only] = content;
  if (content.length === 1 && only?.type === 'text') return { role: 'user', content: only.text };
  return { role: 'user', content };
}

function toContent(part: Part): Content[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [part];
    case 'image':
      return [{ type: 'image_url', image_url: { url: part.url } }];
    case 'file':
      if (part.mediaType.startsWith('text/')) return [{ type: 'text', text: quoteFile(part.filename, part.data) }];
      return [{ type: 'file', file: { filename: part.filename, file_data: part.data } }];
    default:
      return [];
  }
}

/** A text file goes as text: every model reads that. The fence is longer than any in the file. */
function quoteFile(name: string, dataUrl: string): string {
  const text = readDataUrl(dataUrl);
  const longest = [...text.matchAll(/`{3,}/g)].reduce((length, [run]) => Math.max(length, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${name}:\n${fence}\n${text}\n${fence}`;
}

function readDataUrl(url: string): string {
  const bytes = atob(url.slice(url.indexOf(',') + 1));
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}
