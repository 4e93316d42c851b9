import Type from 'typebox';
import { nameOnce, VIRTUAL_PROVIDERS, type Provider } from '#adapters';
import { createChecker, placeFaults, type Fault } from '#kernel';
import type { Candidate } from './routing.ts';

/** Alias → its candidates in order. */
export type ModelAliases = ReadonlyMap<string, readonly Candidate[]>;

const ALIAS = /^[\x21-\x7e]{1,128}$/;
const sectionChecker = createChecker(Type.Record(Type.String(), Type.Unknown()));
const namesChecker = createChecker(Type.Array(Type.String(), { minItems: 1 }));

/**
 * Reads the `models` section of reeve.yaml. `providers` are those that were read without a fault; of others `mayHave`
 * knows that they are named there, with their own faults. Lists every fault with its path in the file
 * (`models.gpt-4o-mini[1]`); an alias with a fault, or with a candidate that has no valid provider, is left out.
 */
export function parseModels(
  section: unknown,
  providers: readonly Provider[],
  mayHave: (provider: string) => boolean = () => false,
): { aliases: ModelAliases; faults: Fault[] } {
  const aliases = new Map<string, readonly Candidate[]>();
  const faults = placeFaults('models', sectionChecker.faults(section ?? {}));
  if (faults.length > 0) return { aliases, faults };
  const known = new Map([...VIRTUAL_PROVIDERS, ...providers].map((provider) => [provider.name, provider]));
  for (const [alias, raw] of Object.entries(sectionChecker.parse(section ?? {}))) {
    const found = parseAlias(alias, raw, (name) => known.get(name) ?? (mayHave(name) ? 'faulty' : 'missing'));
    faults.push(...found.faults);
    if (found.candidates !== null) aliases.set(alias, found.candidates);
  }
  return { aliases, faults };
}

type FindProvider = (name: string) => Provider | 'faulty' | 'missing';

/** The candidates are `null` where one of them, or the alias itself, cannot be used. */
function parseAlias(alias: string, raw: unknown, findProvider: FindProvider) {
  const path = `models.${alias}`;
  const faults = placeFaults(path, namesChecker.faults(raw));
  if (!ALIAS.test(alias)) faults.push({ path, message: 'must be at most 128 characters without spaces' });
  const names: readonly unknown[] = Array.isArray(raw) ? raw : [];
  const candidates: Candidate[] = [];
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string') continue;
    const at = `${path}[${index}]`;
    const candidate = parseCandidate(name, findProvider);
    if (typeof candidate === 'string') faults.push({ path: at, message: candidate });
    else if (names.indexOf(name) < index) faults.push({ path: at, message: `names ${name} a second time` });
    else if (candidate !== null) candidates.push(candidate);
  }
  const isWhole = faults.length === 0 && candidates.length === names.length;
  return { faults, candidates: isWhole ? candidates : null };
}

/** The candidate, or what is wrong with its name; `null` where its provider's entry has faults of its own. */
function parseCandidate(name: string, findProvider: FindProvider): Candidate | string | null {
  const found = splitName(name);
  if (found === null) return `is "${name}"; it takes the form provider/model`;
  const provider = findProvider(found.provider);
  if (provider === 'faulty') return null;
  if (provider === 'missing') return `names the provider "${found.provider}", which has no entry under providers`;
  return { provider, modelId: nameOnce(provider.adapter, found.modelId) };
}

/** `provider/model` taken apart at the first slash; a model's own name may hold more of them. */
export function splitName(name: string): { provider: string; modelId: string } | null {
  const slash = name.indexOf('/');
  if (slash <= 0 || slash === name.length - 1) return null;
  return { provider: name.slice(0, slash), modelId: name.slice(slash + 1) };
}
