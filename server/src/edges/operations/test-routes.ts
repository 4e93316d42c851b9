/** Try a model, or a provider by one of its models: a real call, with its receipt. */
import Type from 'typebox';
import type { CallPath } from '#calls';
import { AppError, must, type JsonRoute, type RouteReply, type Scope } from '#kernel';
import { testModel } from './test-model.ts';

export interface TestDeps {
  path: CallPath;
  /** Of the configured providers. */
  providerNames: ReadonlySet<string>;
}

const Nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const Name = Type.String({ minLength: 1, maxLength: 256 });
const TestedSchema = Type.Object({
  /** What was asked for. */
  model: Type.String(),
  ok: Type.Boolean(),
  /** What it said, or what failed; one sentence. */
  detail: Type.String(),
  error_code: Nullable(Type.String()),
  route: Nullable(Type.String()),
  latency_ms: Type.Number(),
  cost_nanos: Nullable(Type.Integer()),
  receipt_id: Nullable(Type.String()),
});

export function createTestRoutes({ path, providerNames }: TestDeps): JsonRoute[] {
  const base = { kind: 'json', method: 'POST', permission: 'operations:manage' } as const;
  return [
    {
      ...base,
      path: '/api/v1/models/test',
      summary: 'Ask an alias or a provider/model for one word. It costs what a call costs, and leaves a receipt.',
      schema: { body: Type.Object({ model: Name }, { additionalProperties: false }), reply: { 200: TestedSchema } },
      handle: ({ scope, body }) => replyWithTest(path, scope, (body as { model: string }).model),
    },
    {
      ...base,
      path: '/api/v1/providers/:name/test',
      summary: 'Ask a provider for one word, by "model" or by one that is known of it.',
      schema: {
        params: Type.Object({ name: Type.String({ maxLength: 64 }) }),
        body: Type.Object({ model: Type.Optional(Name) }, { additionalProperties: false }),
        reply: { 200: TestedSchema },
      },
      handle({ scope, params, body }) {
        const provider = must(params['name'], 'the path names a provider');
        if (!providerNames.has(provider)) {
          throw new AppError('not_found', { message: 'There is no such provider.' });
        }
        const { model } = body as { model?: string };
        const candidate = model === undefined ? pickCandidate(path, provider) : `${provider}/${model}`;
        if (candidate !== null) return replyWithTest(path, scope, candidate);
        throw new AppError('invalid_request', { message: NO_MODEL, param: 'model' });
      },
    },
  ];
}

const NO_MODEL = 'No alias leads to this provider and no list knows a model of it: name one as "model".';

/** The first of an alias that chats, else the first of any. */
function pickCandidate({ routing }: CallPath, provider: string): string | null {
  const known = routing.listModels().flatMap(({ candidates, facts }) =>
    candidates.flatMap((name, index) => {
      const chats = (facts[index]?.kind ?? 'chat') === 'chat';
      return name.startsWith(`${provider}/`) ? [{ name, chats }] : [];
    }),
  );
  return (known.find(({ chats }) => chats) ?? known[0])?.name ?? null;
}

async function replyWithTest(path: CallPath, scope: Scope, model: string): Promise<RouteReply> {
  const tested = await testModel(path, scope, model);
  return {
    status: 200,
    body: {
      model,
      ok: tested.ok,
      detail: tested.detail,
      error_code: tested.errorCode,
      route: tested.route,
      latency_ms: Math.round(tested.latencyMs * 10) / 10,
      cost_nanos: tested.costNanos,
      receipt_id: tested.receiptId,
    },
  };
}
