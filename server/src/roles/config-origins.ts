/** Tells of each value that is in force where it stands: which line of reeve.yaml, which variable, or nowhere. */
import { isMap, isNode, isScalar } from 'yaml';
import { KEY_VARIABLES } from '#adapters';
import { originOf, type FindOrigin, type Origin } from '#kernel';
import { VARIABLE, type ConfigDocument } from './config-file.ts';
import type { Environment } from './environment.ts';

/** Fields of a provider that its key's variable alone brings about. */
const FROM_KEY: ReadonlySet<string | undefined> = new Set([undefined, 'adapter', 'api_key']);

/** The document is `null` where there is no file. */
export function createOrigins(document: ConfigDocument | null, environment: Pick<Environment, 'origin'>): FindOrigin {
  return (place) => {
    const name = place.join('.');
    const [section, provider = '', field] = place;
    if (document?.yaml.hasIn(place)) {
      return { ...originOf('file', name), line: findLine(document, place), variables: listVariables(document, place) };
    }
    const isKeyed =
      section === 'providers' && document?.yaml.hasIn([section, provider]) !== true && FROM_KEY.has(field);
    return (isKeyed ? findKeyOrigin(provider, environment) : null) ?? originOf('default', name);
  };
}

function findKeyOrigin(provider: string, { origin }: Pick<Environment, 'origin'>): Origin | null {
  const variables = [...KEY_VARIABLES].flatMap(([variable, name]) => (name === provider ? [variable] : []));
  return variables.map(origin).find(({ source }) => source !== 'default') ?? null;
}

/** The line of the field's name: what it holds may begin further below. */
function findLine({ yaml, lines }: ConfigDocument, place: readonly string[]): number | null {
  const parent = yaml.getIn(place.slice(0, -1), true);
  const pairs = isMap(parent) ? parent.items : [];
  const key = pairs.find((pair) => isScalar(pair.key) && String(pair.key.value) === place.at(-1))?.key;
  const range = isNode(key) ? key.range : null;
  return range === null || range === undefined ? null : lines.linePos(range[0]).line;
}

function listVariables({ yaml }: ConfigDocument, place: readonly string[]): string[] {
  const node = yaml.getIn(place, true);
  if (!isScalar(node) || typeof node.value !== 'string') return [];
  return [...node.value.matchAll(VARIABLE)].flatMap(([, variable]) => variable ?? []);
}
