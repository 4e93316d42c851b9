/** `/api/v1/projections`: what is computed from the log, and computing it anew. */
import Type from 'typebox';
import { must, type JsonRoute } from '#kernel';
import { assertOperates, settlerOf } from './operates.ts';
import type { ProjectionReport, Projections } from './projections.ts';

const PATH = '/api/v1/projections';

const Report = Type.Object({
  name: Type.String(),
  version: Type.Integer(),
  stored_version: Type.Union([Type.Integer(), Type.Null()]),
  rebuilt_at: Type.Union([Type.String(), Type.Null()]),
});

export function createProjectionRoutes(projections: Projections): JsonRoute[] {
  const base = { kind: 'json', permission: 'operations:manage' } as const;
  return [
    {
      ...base,
      method: 'GET',
      path: PATH,
      summary: 'Every projection with the version of its code and of what is stored.',
      schema: { reply: { 200: Type.Object({ data: Type.Array(Report), next: Type.Null() }) } },
      async handle({ scope }) {
        assertOperates(scope);
        return { status: 200, body: { data: (await projections.list()).map(toReply), next: null } };
      },
    },
    {
      ...base,
      method: 'POST',
      path: `${PATH}/:name/rebuild`,
      summary: 'Compute a projection anew. Readers see the old figures until the new ones are whole.',
      schema: { params: Type.Object({ name: Type.String() }), reply: { 200: Report } },
      async handle({ scope, params }) {
        assertOperates(scope);
        const report = await projections.rebuild(must(params['name'], 'the path names it'), settlerOf(scope));
        return { status: 200, body: toReply(report) };
      },
    },
  ];
}

function toReply({ name, version, storedVersion, rebuiltAt }: ProjectionReport) {
  return { name, version, stored_version: storedVersion, rebuilt_at: rebuiltAt };
}
