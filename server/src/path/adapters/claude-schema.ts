/**
 * JSON Schema as Claude and the models beside it on Bedrock take it where it binds: for an answer's format and for tools
 * that follow their schema strictly. Source: the limits that both services' public guides to structured outputs name.
 */
import { isCount, readRecord, type JsonRecord } from './read-json.ts';

/** Bounds that are refused in a schema. They stand in its description instead, where the model reads them. */
const BOUNDS: ReadonlySet<string> = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
]);
/** Keywords whose value is a schema or a list of them, and such as name schemas. */
const NESTED: ReadonlySet<string> = new Set(['items', 'prefixItems', 'anyOf', 'oneOf', 'allOf', 'not']);
const NAMED: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions']);

/** The same schema without what is refused, closed wherever it says nothing of further properties. */
export function toClaudeSchema(schema: JsonRecord): JsonRecord {
  const fields = Object.entries(schema);
  const bounds = fields.filter(([name, value]) => isRefused(name, value));
  const kept = fields.filter(([name, value]) => !isRefused(name, value)).map(toField);
  const isOpen = schema.type === 'object' && schema.additionalProperties === undefined;
  const said = bounds.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(', ');
  const description = [schema.description, said === '' ? undefined : `(${said})`].filter(Boolean).join(' ');
  return {
    ...Object.fromEntries(kept),
    ...(said === '' ? {} : { description }),
    ...(isOpen ? { additionalProperties: false } : {}),
  };
}

/** A list may be asked not to be empty. */
function isRefused(name: string, value: unknown): boolean {
  return BOUNDS.has(name) && !(name === 'minItems' && isCount(value) && value <= 1);
}

function toField([name, value]: [string, unknown]): [string, unknown] {
  if (NESTED.has(name)) return [name, Array.isArray(value) ? value.map(toNested) : toNested(value)];
  if (!NAMED.has(name)) return [name, value];
  const named = Object.entries(readRecord(value) ?? {}).map(([key, inner]) => [key, toNested(inner)] as const);
  return [name, Object.fromEntries(named)];
}

function toNested(value: unknown): unknown {
  const schema = readRecord(value);
  return schema === null ? value : toClaudeSchema(schema);
}
