/** `/v1/completions`, `/v1/rerank` and `/v1/moderations` of a whole Reeve, before a provider that has these endpoints. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectJson, getReceipt, postJson, sseData } from '../rigs/api.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';

interface Sent {
  path: string;
  body: Record<string, unknown>;
}
interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string };
}

const USAGE = { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 };
const CHOICE = { index: 0, text: 'twig', logprobs: null, finish_reason: 'stop' };
const COMPLETION = { id: 'cmpl-far', object: 'text_completion', created: 1, model: 'far', choices: [CHOICE] };
const RANKING = { model: 'far', results: [{ index: 1, relevance_score: 0.9 }], usage: { total_tokens: 12 } };
const VERDICTS = {
  id: 'modr-far',
  model: 'far',
  results: [{ flagged: true, categories: { violence: true }, category_scores: { violence: 0.9 } }],
};

let upstream: Server;
let reeve: WholeReeve;
const sent: Sent[] = [];

beforeAll(async () => {
  upstream = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body: Record<string, unknown> = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      sent.push({ path: request.url ?? '', body });
      answer(request.url ?? '', body, response);
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`;
  const config = [
    'providers:',
    `  far: { adapter: vllm, base_url: "${url}", without: [logprobs] }`,
    `  chat: { adapter: deepseek, base_url: "${url}" }`,
    'models:',
    '  alias: [chat/never, far/model]',
    '  omni-moderation-latest: [far/omni]',
  ];
  reeve = await startReeve({ config: config.join('\n') });
});

afterAll(async () => {
  await reeve?.close();
  upstream?.close();
});

function answer(path: string, body: Record<string, unknown>, response: ServerResponse): void {
  if (body['stream'] !== true) {
    const bodies: Record<string, object> = {
      '/v1/completions': { ...COMPLETION, usage: USAGE },
      '/v1/rerank': RANKING,
      '/v1/moderations': VERDICTS,
    };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(bodies[path] ?? {}));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const chunks = [COMPLETION, { ...COMPLETION, choices: [], usage: USAGE }];
  response.end([...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((data) => `data: ${data}\n\n`).join(''));
}

describe('text completions', () => {
  test('go on as they came, to the candidate that takes them', async () => {
    const response = await postJson(reeve, '/v1/completions', { model: 'alias', prompt: 'A', suffix: 'B', best_of: 2 });
    expect(response.headers.get('x-reeve-route')).toBe('far/model');
    expect(await expectJson(response, 200)).toEqual({ ...COMPLETION, usage: USAGE });
    expect(sent.at(-1)).toEqual({
      path: '/v1/completions',
      body: { model: 'model', prompt: 'A', suffix: 'B', best_of: 2 },
    });
    const receipt = await getReceipt(reeve, response.headers.get('x-reeve-receipt') ?? '');
    expect(receipt).toMatchObject({ kind: 'completion', status: 'ok', token_usage: { prompt: 4, completion: 2 } });
  });

  test('stream', async () => {
    const text = await (await postJson(reeve, '/v1/completions', { model: 'alias', prompt: 'A', stream: true })).text();
    const data = sseData(text);
    expect(data.at(-1)).toBe('[DONE]');
    expect(data.slice(0, -1).map((chunk): unknown => JSON.parse(chunk))).toEqual([COMPLETION]);
    expect(text).toContain(': reeve {');
  });

  test('are refused by name where nobody carries them', async () => {
    const asked = { model: 'alias', prompt: 'A', logprobs: 2 };
    const { error } = await expectJson<ErrorBody>(await postJson(reeve, '/v1/completions', asked), 400);
    expect(error.code).toBe('unsupported_parameter');
    expect(error.message).toContain('chat/never does not take calls of kind "completion"');
    expect(error.message).toContain('far/model does not take logprobs');
  });

  test('name the field at fault', async () => {
    const { error } = await expectJson<ErrorBody>(await postJson(reeve, '/v1/completions', { model: 'alias' }), 400);
    expect(error).toMatchObject({ type: 'invalid_request_error', param: 'prompt' });
  });
});

test('reranking goes on as it came', async () => {
  const body = { query: 'q', documents: ['a', { text: 'b' }], top_n: 1, return_documents: false };
  const response = await postJson(reeve, '/v1/rerank', { model: 'alias', ...body });
  expect(await expectJson(response, 200)).toEqual(RANKING);
  expect(sent.at(-1)).toEqual({ path: '/v1/rerank', body: { model: 'model', ...body } });
  const receipt = await getReceipt(reeve, response.headers.get('x-reeve-receipt') ?? '');
  expect(receipt).toMatchObject({ kind: 'rerank', token_usage: { prompt: 12, completion: 0, estimated: false } });
});

test('moderation needs no model', async () => {
  const response = await postJson(reeve, '/v1/moderations', { input: 'a' });
  expect(await expectJson(response, 200)).toEqual(VERDICTS);
  expect(sent.at(-1)).toEqual({ path: '/v1/moderations', body: { model: 'omni', input: 'a' } });
});

test('what a preset does not take is refused before anything is sent', async () => {
  const before = sent.length;
  const refused = await postJson(reeve, '/v1/moderations', { model: 'chat/m', input: 'a' });
  const { error } = await expectJson<ErrorBody>(refused, 400);
  expect(error.message).toContain('chat/m does not take calls of kind "moderation"');
  const image = { type: 'image_url', image_url: { url: 'https://a.example/x.png' } };
  const seen = await postJson(reeve, '/v1/chat/completions', {
    model: 'chat/m',
    seed: 7,
    messages: [{ role: 'user', content: [image] }],
  });
  expect((await expectJson<ErrorBody>(seen, 400)).error.message).toContain('chat/m does not take seed, images');
  expect(sent).toHaveLength(before);
});

test('the listing of models is read by the clients of both families', async () => {
  const response = await fetch(`${reeve.baseUrl}/v1/models`, { headers: { 'x-api-key': reeve.key } });
  const page = await expectJson<Record<string, unknown> & { data: object[] }>(response, 200);
  expect(page).toMatchObject({ object: 'list', has_more: false, first_id: 'alias', last_id: 'omni-moderation-latest' });
  expect(page.data[0]).toMatchObject({
    id: 'alias',
    object: 'model',
    type: 'model',
    display_name: 'alias',
    candidates: [{ name: 'chat/never' }, { name: 'far/model' }],
  });
});
