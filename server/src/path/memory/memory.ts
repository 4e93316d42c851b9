/** Conversations that are kept: whose they are, what they hold, and how large they may grow. */
import type { MediaPart, PartRole } from '@reeve/contracts';
import { AppError, type ConversationId, type EntryId, type KeyId, type Scope } from '#kernel';

export interface Conversation {
  id: ConversationId;
  title: string;
  /** The names that its callers chose: aliases, or `provider/model`. */
  models: readonly string[];
  entries: number;
  /** Of all its entries, sealed. */
  bytes: number;
  /** Grows with every change; who changes it says which one was seen. */
  version: number;
  createdAtMs: number;
  /** When the last entry came. */
  updatedAtMs: number;
}

/** What an entry says: the parts of the contracts' calls that people and models write to each other. */
export type EntryPart =
  | Extract<MediaPart, { type: 'text' }>
  | { type: 'image'; url: string }
  | { type: 'file'; filename: string; data: string; mediaType: string }
  | { type: 'reasoning'; text: string }
  | { type: 'refusal'; text: string };

export type EntryRole = Exclude<PartRole, 'tool'>;

export interface EntryContent {
  parts: readonly EntryPart[];
  /** The answer broke off: somebody stopped it, or the connection was lost. */
  interrupted?: boolean;
}

/** One turn. Entries with the same parent are branches: an edited question, another answer. */
export interface Entry {
  id: EntryId;
  /** The turn before; `null` for the first. */
  parentId: EntryId | null;
  role: EntryRole;
  content: EntryContent;
  /** Who answered, as the caller named it. */
  model: string | null;
  /** Of the call that answered. The receipt proves it; this only refers to it. */
  receiptId: string | null;
  createdAtMs: number;
}

export const TITLE_LENGTH_MAX = 200;
export const MODELS_MAX = 8;
export const ENTRY_BYTES_MAX = 1024 * 1024;
export const ENTRIES_MAX = 2_000;
export const CONVERSATION_BYTES_MAX = 32 * 1024 * 1024;
export const CONVERSATIONS_MAX = 5_000;

/** Whoever may read a conversation: the key that made it, which for a member is the member's own. Nobody else, ever. */
export function ownerOf({ actor }: Scope): KeyId {
  if (actor.keyId !== null) return actor.keyId;
  throw new AppError('policy_denied', {
    message: 'Conversations belong to a key or a member; the operator has none and reads none.',
  });
}

/** What a reader reads: files and images are left out. */
export function readText(content: EntryContent): string {
  const texts = content.parts.map((part) => ('text' in part ? part.text : part.type === 'file' ? part.filename : ''));
  return texts.filter((text) => text !== '').join('\n');
}
