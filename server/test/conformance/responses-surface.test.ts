/** `/v1/responses` of a whole Reeve, before a provider that knows chat completions only and one that knows responses. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectJson, getReceipt, postJson, sseData } from '../rigs/api.ts';
import { answerResponses, MOCK_TEXT, streamResponses } from '../rigs/mock-answers.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { MOCK_KEY, startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';

const FAULTS = ['error-middle', 'no-done', 'no-usage', 'slow-bytes', 'status-400', 'status-500', 'ok-with-error'];
const TOOL = { type: 'function', name: 'get_weather', parameters: { type: 'object' }, strict: true };
const SCHEMA = { type: 'object', properties: { name: { type: 'string' } } };

interface Item {
  type: string;
  id: string;
  call_id?: string;
  name?: string;
  arguments?: string;
  content?: { type: string; text: string }[];
}
interface ResponseBody {
  id: string;
  object: string;
  status: string;
  output: Item[];
  usage: { input_tokens: number; output_tokens: number; total_tokens: number };
}
interface StreamEvent {
  type: string;
  sequence_number: number;
  delta?: string;
  message?: string;
  response?: ResponseBody;
}
interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string };
}

let mock: MockProvider;
let reeve: WholeReeve;

beforeAll(async () => {
  mock = await startMockProvider();
  const native = `native: { adapter: openai, base_url: "${mock.baseUrl}", api_key: "${MOCK_KEY}", responses: true }`;
  const config = mockConfig(mock, FAULTS).replace('providers:', `providers:\n  ${native}`);
  reeve = await startReeve({ config: config.replace('models:', 'models:\n  alias: [native/far]') });
});

afterAll(async () => {
  await reeve?.close();
  await mock?.stop();
});

const respond = (fields: object): Promise<Response> =>
  postJson(reeve, '/v1/responses', { model: 'good', input: 'What is a tally?', ...fields });

const textOf = (body: ResponseBody | undefined): string | undefined => body?.output[0]?.content?.[0]?.text;

function sentTo(model: string): Record<string, unknown> {
  return JSON.parse(mock.requestsTo(model).at(-1)?.body.toString('utf8') ?? '{}');
}

async function stream(fields: object): Promise<{ text: string; events: StreamEvent[]; receipt: string | null }> {
  const response = await respond({ stream: true, ...fields });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const text = await response.text();
  const events = sseData(text).map((data): StreamEvent => JSON.parse(data));
  expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index));
  return { text, events, receipt: response.headers.get('x-reeve-receipt') };
}

describe('plain', () => {
  test('a text, its receipt and its cost', async () => {
    const response = await respond({ instructions: 'Be brief.', max_output_tokens: 50, temperature: 0.5 });
    const receipt = response.headers.get('x-reeve-receipt');
    expect(response.headers.get('x-reeve-cost-nanos')).toBe(String(11 * 150 + 9 * 600));
    const body = await expectJson<ResponseBody>(response, 200);
    expect(body).toMatchObject({ id: `resp_${receipt}`, object: 'response', status: 'completed' });
    expect(textOf(body)).toBe(MOCK_TEXT);
    expect(body.usage).toMatchObject({ input_tokens: 11, output_tokens: 9, total_tokens: 20 });
    expect(await getReceipt(reeve, receipt)).toMatchObject({ status: 'ok', token_usage: { total: 20 } });
    expect(sentTo('good')).toEqual({
      model: 'good',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'What is a tally?' },
      ],
      max_tokens: 50,
      temperature: 0.5,
    });
  });

  test('tools, and the turn after them', async () => {
    const body = await expectJson<ResponseBody>(await respond({ tools: [TOOL] }), 200);
    const [call] = body.output;
    expect(call).toMatchObject({ type: 'function_call', call_id: 'call_mock', name: 'get_weather' });
    expect(JSON.parse(call?.arguments ?? '')).toEqual({ city: 'Oslo', unit: 'celsius' });
    const input = [
      { role: 'user', content: 'Weather?' },
      ...body.output,
      { type: 'function_call_output', call_id: call?.call_id, output: '3 °C' },
    ];
    expect(textOf(await expectJson<ResponseBody>(await respond({ input, tools: [TOOL] }), 200))).toBe(MOCK_TEXT);
    expect(sentTo('good')).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'assistant', tool_calls: [{ id: 'call_mock', function: { name: 'get_weather' } }] },
        { role: 'tool', tool_call_id: 'call_mock', content: '3 °C' },
      ],
      tools: [{ type: 'function', function: { name: 'get_weather', strict: true } }],
    });
  });

  test('structured output', async () => {
    const text = { format: { type: 'json_schema', name: 'tally', schema: SCHEMA, strict: true } };
    const body = await expectJson<ResponseBody>(await respond({ text }), 200);
    expect(JSON.parse(textOf(body) ?? '')).toEqual({ name: 'tally', count: 3 });
    expect(sentTo('good')).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { name: 'tally', schema: SCHEMA, strict: true } },
    });
  });

  test('images go in', async () => {
    const url = 'data:image/png;base64,iVBORw0KGgo=';
    const content = [
      { type: 'input_text', text: 'What is this?' },
      { type: 'input_image', image_url: url, detail: 'low' },
    ];
    await expectJson(await respond({ input: [{ role: 'user', content }] }), 200);
    expect(sentTo('good')).toMatchObject({
      messages: [{ content: [{ type: 'text' }, { type: 'image_url', image_url: { url, detail: 'low' } }] }],
    });
  });
});

describe('streams', () => {
  test('a text, with the settlement before the closing frame', async () => {
    const { text, events, receipt } = await stream({});
    const deltas = events.filter(({ type }) => type === 'response.output_text.delta');
    expect(deltas.map(({ delta }) => delta).join('')).toBe(MOCK_TEXT);
    expect(deltas.length).toBeGreaterThan(3);
    expect(events[0]?.type).toBe('response.created');
    expect(events.at(-1)).toMatchObject({ type: 'response.completed', response: { usage: { total_tokens: 20 } } });
    expect(textOf(events.at(-1)?.response)).toBe(MOCK_TEXT);
    expect(text.split('\n\n').at(-3)).toMatch(new RegExp(`^: reeve \\{"receipt":"${receipt}"`));
    expect(await getReceipt(reeve, receipt)).toMatchObject({ status: 'ok', token_usage: { total: 20 } });
  });

  test('a provider that sends byte by byte makes no difference', async () => {
    const { events } = await stream({ model: 'slow-bytes' });
    expect(textOf(events.at(-1)?.response)).toBe(MOCK_TEXT);
  });

  test('arguments of a tool, piece by piece', async () => {
    const { events } = await stream({ tools: [TOOL] });
    const pieces = events.flatMap(({ type, delta }) =>
      type === 'response.function_call_arguments.delta' ? delta : [],
    );
    expect(pieces.length).toBeGreaterThan(1);
    expect(JSON.parse(pieces.join(''))).toEqual({ city: 'Oslo', unit: 'celsius' });
    expect(events.at(-1)?.response?.output).toMatchObject([{ type: 'function_call', arguments: pieces.join('') }]);
  });

  test('usage that the provider leaves out is estimated', async () => {
    const { events } = await stream({ model: 'no-usage' });
    expect(events.at(-1)?.response?.usage.output_tokens).toBeGreaterThan(0);
  });

  test.for(['error-middle', 'no-done'])('%s: an error event, and no closing frame', async (model) => {
    const { events } = await stream({ model });
    expect(events.at(-1)).toMatchObject({ type: 'error', message: expect.any(String) });
    expect(events.filter(({ type }) => /completed|incomplete|failed/.test(type))).toEqual([]);
  });
});

describe('a provider of the same wire', () => {
  const far = { model: 'far', messages: [] };

  test('takes and gives bytes as they are', async () => {
    const fields = {
      tools: [{ type: 'web_search' }],
      text: { verbosity: 'low' },
      not_in_any_schema: [1, { deep: null }],
    };
    const response = await respond({ model: 'alias', ...fields });
    const receipt = response.headers.get('x-reeve-receipt');
    expect(await expectJson(response, 200)).toEqual(answerResponses(far));
    expect(mock.requestsTo('far').at(-1)?.path).toBe('/v1/responses');
    expect(sentTo('far')).toMatchObject({ model: 'far', input: 'What is a tally?', ...fields });
    expect(await getReceipt(reeve, receipt)).toMatchObject({
      status: 'ok',
      token_usage: { total: 20, estimated: false },
    });
  });

  test('streams frames as they are; the settlement stands before the closing one', async () => {
    const { text, receipt } = await stream({ model: 'alias' });
    const frames = text.split('\n\n').map((frame) => `${frame}\n\n`);
    expect(frames.at(-3)).toMatch(/^: reeve /);
    expect([...frames.slice(0, -3), ...frames.slice(-2, -1)]).toEqual(streamResponses(far));
    expect(await getReceipt(reeve, receipt)).toMatchObject({ status: 'ok', token_usage: { total: 20 } });
  });
});

describe('refusals', () => {
  test.for([
    ['store', true],
    ['previous_response_id', 'resp_1'],
    ['conversation', 'conv_1'],
    ['background', true],
  ] as const)('%s', async ([param, value]) => {
    const before = mock.requests.length;
    const { error } = await expectJson<ErrorBody>(await respond({ [param]: value }), 400);
    expect(error).toMatchObject({ code: 'unsupported_parameter', type: 'invalid_request_error', param });
    expect(mock.requests.length).toBe(before);
  });

  test.for([
    ['tools.web_search', { tools: [{ type: 'web_search' }] }],
    ['text.format', { text: { format: { type: 'grammar' } } }],
    ['truncation', { truncation: 'auto' }],
    ['max_tool_calls', { max_tool_calls: 1 }],
    ['input_image.file_id', { input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'file_1' }] }] }],
  ] as const)('a provider that cannot take %s is not asked', async ([name, fields]) => {
    const before = mock.requests.length;
    const { error } = await expectJson<ErrorBody>(await respond(fields), 400);
    expect(error.code).toBe('unsupported_parameter');
    expect(error.message).toContain(name);
    expect(error.message).toContain('mock/good');
    expect(mock.requests.length).toBe(before);
  });

  test.for([
    ['not JSON', '{"model":', 'malformed_json'],
    ['the input twice', '{"model":"good","input":"a","input":"b"}', 'duplicate_field'],
    ['no input', '{"model":"good"}', 'invalid_request'],
  ] as const)('%s', async ([, body, code]) => {
    const headers = { authorization: `Bearer ${reeve.key}`, 'content-type': 'application/json' };
    const response = await fetch(`${reeve.baseUrl}/v1/responses`, { method: 'POST', headers, body });
    expect((await expectJson<ErrorBody>(response, 400)).error.code).toBe(code);
  });

  test('errors of the provider have this surface’s shape', async () => {
    const bad = await expectJson<ErrorBody>(await respond({ model: 'status-400' }), 400);
    expect(bad.error.message).toContain('mock says 400');
    expect((await expectJson<ErrorBody>(await respond({ model: 'status-500' }), 502)).error.type).toBe('server_error');
    await expectJson<ErrorBody>(await respond({ model: 'ok-with-error' }), 502);
    await expectJson<ErrorBody>(await respond({ model: 'no-such-model' }), 404);
    await expectJson<ErrorBody>(await postJson({ ...reeve, key: 'rv_unknown' }, '/v1/responses', {}), 401);
  });
});
