/** Finds the provider package that reeve.yaml names. It is not part of Reeve: whoever names it installs it. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hasCode } from '#kernel';
import type { AdapterDeps, Provider } from '../adapter.ts';
import type { AiSdkSettings } from '../provider-settings.ts';
import type { AiSdkProvider } from './aisdk-interface.ts';
import { createFetch } from './fetch-over-client.ts';

/** The package cannot be used; the message says how to mend it. */
export class PackageError extends Error {}

type Create = (options: object) => AiSdkProvider;

/** Loads the package and makes its provider, which reaches out through Reeve's own exit. Rejects with `PackageError`. */
export async function loadProvider(deps: AdapterDeps, provider: Provider): Promise<AiSdkProvider> {
  const { package: name, create, options } = provider.settings as AiSdkSettings;
  const found: Record<string, unknown> = await importPackage(name);
  const key = create ?? Object.keys(found).find((exported) => exported.startsWith('create'));
  const make = key === undefined ? undefined : found[key];
  if (typeof make !== 'function') {
    throw new PackageError(`The package ${name} exports no ${create ?? 'create… function'}; name it under "create".`);
  }
  const { baseUrl: baseURL, apiKey } = provider;
  const settings = { name: provider.name, ...options, baseURL, fetch: createFetch(deps, provider) };
  return (make as Create)(apiKey === null ? settings : { ...settings, apiKey });
}

/** From Reeve's own folder first, then from where it was started. */
async function importPackage(name: string): Promise<Record<string, unknown>> {
  for (const folder of [import.meta.dirname, process.cwd()]) {
    const path = resolveFrom(folder, name);
    if (path !== null) return await import(pathToFileURL(path).href);
  }
  throw new PackageError(`The package ${name} is not installed: run "npm install ${name}" where Reeve is started.`);
}

function resolveFrom(folder: string, name: string): string | null {
  try {
    return createRequire(join(folder, 'package.json')).resolve(name);
  } catch (error) {
    if (hasCode(error, 'MODULE_NOT_FOUND')) return null;
    throw error;
  }
}
