import { AppError, type Scope } from '#kernel';
import { mayUseModel } from '#policy';
import type { RoutedModel } from '#routing';
import type { CallPath } from './calls.ts';

type Models = Pick<CallPath, 'routing'>;

/** The models that the caller's key may use, as listings show them; also names that stand only on the key's own list. */
export function listUsableModels({ routing }: Models, scope: Scope): RoutedModel[] {
  const listed = routing.listModels();
  const names = new Set(listed.map(({ name }) => name));
  const own = [...(scope.actor.models ?? [])].filter((name) => !names.has(name));
  return [...listed, ...own.flatMap((name) => routing.describe(name) ?? [])].filter((model) => mayUse(scope, model));
}

/** What is known of a name, listed or not, that a call by the caller's key is let through with; `null` where nothing is. */
export function findUsableModel({ routing }: Models, scope: Scope, name: string): RoutedModel | null {
  const model = isModelName(name) ? routing.describe(name) : null;
  return model !== null && mayUse(scope, model) ? model : null;
}

const mayUse = (scope: Scope, { name, candidates }: RoutedModel): boolean => mayUseModel(scope, name, candidates);

const NAME_CHARACTERS_MAX = 256;
const NAMES_SHOWN_MAX = 20;

/** Whether a text can be a model's name at all: names stand in headers, receipts and index entries. */
export function isModelName(text: string): boolean {
  return text.length <= NAME_CHARACTERS_MAX && text.isWellFormed() && !/\p{Cc}/u.test(text);
}

/** Names what is listed for the caller's key, so that the request can be mended. */
export function unknownModel(path: Models, scope: Scope, name: string): AppError {
  const names = listUsableModels(path, scope).map((model) => model.name);
  const shown = names.slice(0, NAMES_SHOWN_MAX);
  if (names.length > shown.length) shown.push(`… and ${names.length - shown.length} more`);
  const asked = isModelName(name) ? `"${name}"` : 'of this name';
  const message = `No model ${asked} is listed for this key. GET /v1/models lists: ${shown.join(', ') || 'none'}.`;
  return new AppError('model_not_found', { message, param: 'model' });
}
