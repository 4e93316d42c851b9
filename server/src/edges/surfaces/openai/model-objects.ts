/** The listing of models, in words that the official clients of OpenAI and of Anthropic both read. */
import { findUsableModel, listUsableModels, type CallPath } from '#calls';
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
  return listUsableModels(path, scope).map(toModelObject);
}

/** One of them, or another name that a call is let through with. */
export function findModelObject(path: CallPath, scope: Scope, name: string): ModelObject | null {
  const model = findUsableModel(path, scope, name);
  return model === null ? null : toModelObject(model);
}

/** All of them on one page. */
export function toModelPage(data: readonly ModelObject[]): object {
  return { object: 'list', data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

type UsableModel = ReturnType<typeof listUsableModels>[number];

function toModelObject({ name, createdSeconds, ownedBy, candidates, facts }: UsableModel): ModelObject {
  return {
    id: name,
    object: 'model',
    type: 'model',
    display_name: name,
    created: createdSeconds,
    created_at: new Date(createdSeconds * 1000).toISOString(),
    owned_by: ownedBy,
    candidates: candidates.map((candidate, index) => ({ name: candidate, ...facts[index] })),
  };
}
