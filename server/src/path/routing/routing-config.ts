import Type from 'typebox';
import { nameOnce, VIRTUAL_PROVIDERS, type Provider } from '#adapters';
import { createChecker, type Fault } from '#kernel';
import type { Candidate } from './routing.ts';

/** Alias → its candidates in order. */
export type ModelAliases = ReadonlyMap<string, readonly Candidate[]>;

const ALIAS = /^[\x21-\x7e]{1,128}$/;
const sectionChecker = createChecker(Type.Record(Type.String(), Type.Unknown()));
const namesChecker = createChecker(Type.Array(Type.String(), { minItems: 1 }));

/**
 * Reads the `models` section of reeve.yaml. `providers` are those that were read without a fault. Lists every fault
 * with its path in the file (`models.gpt-4o-mini[1]`); an alias with a fault is left out.
 */
export function parseModels(
  section: unknown,
  providers: readonly Provider[],
): { aliases: ModelAliases; faults: Fault[] } {
  const aliases = new Map<string, readonly Candidate[]>();
  const faults: Fault[] = sectionChecker.faults(section ?? {}).map(({ message }) => ({ path: 'models', message }));
  if (faults.length > 0) return { aliases, faults };
  const known = new Map([...VIRTUAL_PROVIDERS, ...providers].map((provider) => [provider.name, provider]));
  for (const [alias, raw] of Object.entries(sectionChecker.parse(section ?? {}))) {
    const path = `models.${alias}`;
    const found = parseAlias(path, alias, raw, known);
    faults.push(...found.faults);
    if (found.faults.length === 0) aliases.set(alias, found.candidates);
  }
  return { aliases, faults };
}

function parseAlias(path: string, alias: string, raw: unknown, known: ReadonlyMap<string, Provider>) {
  const faults: Fault[] = [];
  const candidates: Candidate[] = [];
  if (!ALIAS.test(alias)) faults.push({ path, message: 'must be at most 128 characters without spaces' });
  const shape = namesChecker.faults(raw);
  faults.push(...shape.map((fault) => ({ path: `${path}${fault.path}`, message: fault.message })));
  if (shape.length > 0) return { faults, candidates };
  const seen = new Set<string>();
  for (const [index, name] of namesChecker.parse(raw).entries()) {
    const at = `${path}[${index}]`;
    const candidate = parseCandidate(name, known);
    if (typeof candidate === 'string') faults.push({ path: at, message: candidate });
    else if (seen.has(name)) faults.push({ path: at, message: `names ${name} a second time` });
    else candidates.push(candidate);
    seen.add(name);
  }
  return { faults, candidates };
}

/** The candidate, or what is wrong with its name. */
function parseCandidate(name: string, known: ReadonlyMap<string, Provider>): Candidate | string {
  const found = splitName(name);
  if (found === null) return `is "${name}"; it takes the form provider/model`;
  const provider = known.get(found.provider);
  if (provider === undefined) return `names the provider "${found.provider}", which has no valid entry under providers`;
  return { provider, modelId: nameOnce(provider.adapter, found.modelId) };
}

/** `provider/model` taken apart at the first slash; a model's own name may hold more of them. */
export function splitName(name: string): { provider: string; modelId: string } | null {
  const slash = name.indexOf('/');
  if (slash <= 0 || slash === name.length - 1) return null;
  return { provider: name.slice(0, slash), modelId: name.slice(slash + 1) };
}
