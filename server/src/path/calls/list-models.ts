import { AppError, type Scope } from '#kernel';
import { mayUseModel } from '#policy';
import type { RoutedModel } from '#routing';
import type { CallPath } from './calls.ts';

/** The models that the caller's key may use, as listings show them. */
export function listUsableModels({ routing }: Pick<CallPath, 'routing'>, scope: Scope): RoutedModel[] {
  return routing.listModels().filter((model) => mayUseModel(scope, model.name, model.candidates));
}

const NAME_CHARACTERS_MAX = 256;
const NAMES_SHOWN_MAX = 20;

/** Whether a text can be a model's name at all: names stand in headers, receipts and index entries. */
export function isModelName(text: string): boolean {
  return text.length <= NAME_CHARACTERS_MAX && text.isWellFormed() && !/\p{Cc}/u.test(text);
}

/** Names what the caller's key may use, so that the request can be mended. */
export function unknownModel(path: Pick<CallPath, 'routing'>, scope: Scope, name: string): AppError {
  const usable = listUsableModels(path, scope).map((model) => model.name);
  const shown = usable.slice(0, NAMES_SHOWN_MAX).join(', ') || 'none';
  const asked = isModelName(name) ? `"${name}"` : 'asked for';
  const message = `The model ${asked} does not exist. This key may use: ${shown}.`;
  return new AppError('model_not_found', { message, param: 'model' });
}
