import type { Provider } from './adapter.ts';

/**
 * The model as the provider's requests name it, from a caller's word; `null` where it can be none. Some wires carry the
 * name in their path: a segment that is empty, `.` or `..` would lead to another place than the model's.
 */
export function readModelId({ adapter }: Pick<Provider, 'adapter'>, name: string): string | null {
  const segments = name.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) return null;
  return nameOnce(adapter, name);
}

/** Google lists its models as `models/…`, and takes both names: one model has one price. */
export function nameOnce(adapter: string, name: string): string {
  return adapter === 'google' && /^models\/[^/]+$/.test(name) ? name.slice('models/'.length) : name;
}
