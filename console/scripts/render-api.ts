/** Turns an OpenAPI document into one TypeScript interface: operation → params, query, body, reply. */
interface Schema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema | Schema[];
  additionalProperties?: boolean | Schema;
  patternProperties?: Record<string, Schema>;
}

interface Content {
  content?: Record<string, { schema: Schema }>;
}

interface Operation {
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: Content;
  responses: Record<string, Content>;
}

export interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>;
}

/** The file's whole text. Routes that stream or take other bytes than JSON are left out. */
export function renderApi({ paths }: OpenApiDocument): string {
  const rows = Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, operation]) => isJson(operation))
        .map(([method, operation]) => renderOperation(`${method.toUpperCase()} ${path}`, operation)),
    )
    .toSorted();
  return `/** Made by \`npm run console:api\` out of the server's own description; not changed by hand. */\n/* oxlint-disable eslint/max-lines */\nexport interface Operations {\n${rows.join('')}}\n`;
}

/** A raw route is described by one bare 200. */
function isJson({ responses }: Operation): boolean {
  return 'default' in responses;
}

function renderOperation(name: string, { parameters = [], requestBody, responses }: Operation): string {
  const section = (place: string): string => {
    const own = parameters.filter((parameter) => parameter.in === place);
    if (own.length === 0) return 'undefined';
    const fields = own.map(({ name: field, required, schema }) => renderField(field, schema, required === true));
    return `{ ${fields.join(' ')} }`;
  };
  const replies = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([, response]) => renderContent(response));
  return `  '${name}': {\n    params: ${section('path')};\n    query: ${section('query')};\n    body: ${renderContent(requestBody)};\n    reply: ${[...new Set(replies)].join(' | ') || 'undefined'};\n  };\n`;
}

function renderContent(content: Content | undefined): string {
  const schema = content?.content?.['application/json']?.schema;
  return schema === undefined ? 'undefined' : renderType(schema);
}

function renderType(schema: Schema): string {
  if (schema.const !== undefined) return toLiteral(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(toLiteral).join(' | ');
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return either.map((one) => renderType(one)).join(' | ');
  if (schema.allOf !== undefined) return schema.allOf.map((one) => `(${renderType(one)})`).join(' & ');
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  return types.map((type) => renderPlain(type, schema)).join(' | ');
}

function renderPlain(type: string | undefined, schema: Schema): string {
  if (type === 'string' || type === 'boolean' || type === 'null') return type;
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'array') return renderArray(schema.items);
  if (type === 'object') return renderObject(schema);
  return 'unknown';
}

function renderArray(items: Schema | Schema[] | undefined): string {
  if (Array.isArray(items)) return `[${items.map(renderType).join(', ')}]`;
  return items === undefined ? 'unknown[]' : `(${renderType(items)})[]`;
}

function renderObject({ properties, required = [], additionalProperties, patternProperties }: Schema): string {
  if (properties === undefined) {
    const [values] = Object.values(patternProperties ?? {});
    const rest = values ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    return `Record<string, ${rest === undefined ? 'unknown' : renderType(rest)}>`;
  }
  const fields = Object.entries(properties).map(([name, schema]) => renderField(name, schema, required.includes(name)));
  return fields.length === 0 ? 'Record<string, never>' : `{ ${fields.join(' ')} }`;
}

function renderField(name: string, schema: Schema, required: boolean): string {
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
  return `${key}${required ? '' : '?'}: ${renderType(schema)};`;
}

function toLiteral(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "\\'")}'` : JSON.stringify(value);
}
