import Type from 'typebox';
import type { Provider } from '#adapters';
import { createChecker, type Fault } from '#kernel';

/** Alias → `provider/model` names in order. */
export type ModelAliases = ReadonlyMap<string, readonly string[]>;

/** Providers that need no entry in reeve.yaml. Those that this version does not serve are skipped as candidates. */
export const BUILT_IN_PROVIDERS: ReadonlySet<string> = new Set(['templates', 'extractive', 'local', 'human']);

const checker = createChecker(Type.Record(Type.String(), Type.Array(Type.String(), { minItems: 1 })));

/** Reads the `models` section of reeve.yaml; faults carry their path in the file. */
export function parseModels(
  section: unknown,
  providers: readonly Provider[],
): { aliases: ModelAliases; faults: Fault[] } {
  const shape = checker.faults(section ?? {});
  if (shape.length > 0) {
    const faults = shape.map(({ path, message }) => ({ path: path === '' ? 'models' : `models.${path}`, message }));
    return { aliases: new Map(), faults };
  }
  const aliases = new Map(Object.entries(checker.parse(section ?? {})));
  const names = new Set(providers.map((provider) => provider.name));
  const faults = [...aliases].flatMap(([alias, candidates]) =>
    candidates.flatMap((candidate, index) => {
      const message = findFault(candidate, names);
      return message === null ? [] : [{ path: `models.${alias}[${index}]`, message }];
    }),
  );
  return { aliases, faults };
}

function findFault(candidate: string, providers: ReadonlySet<string>): string | null {
  const slash = candidate.indexOf('/');
  if (slash < 1 || slash === candidate.length - 1) return `is "${candidate}", not of the form provider/model`;
  const provider = candidate.slice(0, slash);
  if (providers.has(provider) || BUILT_IN_PROVIDERS.has(provider)) return null;
  const known = [...providers].join(', ') || 'none';
  return `names the provider "${provider}", which is not configured (configured: ${known})`;
}
