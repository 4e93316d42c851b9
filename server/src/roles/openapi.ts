/** The OpenAPI 3.1 document, made of the routes themselves. */
import { PERMISSIONS } from '@reeve/contracts';
import type { JsonRoute, Route } from '#kernel';

/** A document for the routes given; schemas are JSON Schema already, as OpenAPI 3.1 wants them. */
export function createOpenApi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}').replace('*', '{name}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: toOperation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Reeve', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: `An API key. Scopes: ${PERMISSIONS.join(', ')}, *.` },
      },
      schemas: { Problem: PROBLEM },
    },
  };
}

const PROBLEM = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    code: { type: 'string' },
    param: { type: 'string' },
  },
};

function toOperation(route: Route): object {
  const access = route.permission === 'public' ? { security: [] } : { 'x-permission': route.permission };
  const base = { summary: route.summary, ...access };
  if (route.kind === 'raw') return { ...base, responses: { 200: { description: 'OK' } } };
  return {
    ...base,
    parameters: [...toParameters(route, 'params', 'path'), ...toParameters(route, 'query', 'query')],
    ...(route.schema.body === undefined ? {} : { requestBody: { required: true, content: json(route.schema.body) } }),
    responses: toResponses(route),
  };
}

function json(schema: object): object {
  return { 'application/json': { schema } };
}

function toParameters(route: JsonRoute, section: 'params' | 'query', place: 'path' | 'query'): object[] {
  const schema = route.schema[section];
  if (schema === undefined || !('properties' in schema)) return [];
  const required = 'required' in schema && Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(schema.properties as Record<string, object>).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

function toResponses(route: JsonRoute): Record<string, object> {
  const responses: Record<string, object> = {};
  for (const [status, schema] of Object.entries(route.schema.reply)) {
    const empty = status === '204';
    responses[status] = { description: empty ? 'Done' : 'OK', ...(empty ? {} : { content: json(schema) }) };
  }
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  responses.default = { description: 'An error', content: problem };
  return responses;
}
