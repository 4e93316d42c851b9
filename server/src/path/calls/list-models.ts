import type { Scope } from '#kernel';
import { mayUseModel } from '#policy';
import type { RoutedModel } from '#routing';
import type { CallPath } from './calls.ts';

/** The models that the caller's key may use, as listings show them. */
export function listUsableModels({ routing }: Pick<CallPath, 'routing'>, scope: Scope): RoutedModel[] {
  return routing.listModels().filter((model) => mayUseModel(scope, model.name, model.candidates));
}
