/** The listing of models, in words that the official clients of OpenAI and of Anthropic both read. */
import { listUsableModels, type CallPath } from '#calls';
import type { Scope } from '#kernel';

/** One name that callers may use, with its candidates and what is known of each. */
export interface ModelObject {
  id: string;
  object: 'model';
  type: 'model';
  display_name: string;
  /** Seconds since the epoch. */
  created: number;
  created_at: string;
  owned_by: string;
  candidates: readonly object[];
}

export function listModelObjects(path: CallPath, scope: Scope): ModelObject[] {
  return listUsableModels(path, scope).map((model) => ({
    id: model.name,
    object: 'model',
    type: 'model',
    display_name: model.name,
    created: model.createdSeconds,
    created_at: new Date(model.createdSeconds * 1000).toISOString(),
    owned_by: model.ownedBy,
    candidates: model.candidates.map((name, index) => ({ name, ...model.facts[index] })),
  }));
}

/** All of them on one page. */
export function toModelPage(data: readonly ModelObject[]): object {
  return { object: 'list', data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}
