/** `/v1/messages` of a whole Reeve, before a provider that knows OpenAI's chat completions only. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectJson, get, getReceipt, makeKey, postJson, sseData } from '../rigs/api.ts';
import { MOCK_TEXT } from '../rigs/mock-answers.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';

const FAULTS = [
  'error-middle',
  'no-done',
  'no-usage',
  'slow-bytes',
  'hang',
  'status-400',
  'status-429-after-7',
  'status-500',
  'ok-with-error',
];
const MESSAGES = [{ role: 'user', content: 'What is a tally?' }];
const TOOL = { name: 'get_weather', description: 'Looks outside.', input_schema: { type: 'object' } };

interface MessageBody {
  id: string;
  content: { type: string; text?: string; id?: string; input?: unknown }[];
  stop_reason: string;
  usage: { input_tokens: number; output_tokens: number };
}
interface StreamEvent {
  type: string;
  index?: number;
  message?: MessageBody;
  content_block?: { type: string; id?: string; name?: string };
  delta?: { type?: string; text?: string; partial_json?: string; stop_reason?: string };
  usage?: { input_tokens: number; output_tokens: number };
}
interface ErrorBody {
  type: string;
  error: { type: string; message: string; details: { error_code: string; param?: string } };
  request_id: string;
}

let mock: MockProvider;
let reeve: WholeReeve;

beforeAll(async () => {
  mock = await startMockProvider();
  reeve = await startReeve({ config: mockConfig(mock, FAULTS) });
});

afterAll(async () => {
  await reeve?.close();
  await mock?.stop();
});

const PATH = '/v1/messages';
const send = (fields: object, headers: Record<string, string> = {}): Promise<Response> =>
  postJson(reeve, PATH, { model: 'good', max_tokens: 50, messages: MESSAGES, ...fields }, headers);

function sentTo(model: string): Record<string, unknown> {
  return JSON.parse(mock.requestsTo(model).at(-1)?.body.toString('utf8') ?? '{}');
}

/** Reads a stream and checks what holds for each: named events, and one block after the other. */
async function stream(fields: object) {
  const response = await send({ stream: true, ...fields });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const text = await response.text();
  const events = sseData(text).map((data): StreamEvent => JSON.parse(data));
  expect([...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name)).toEqual(events.map(({ type }) => type));
  return { text, events, receipt: response.headers.get('x-reeve-receipt') };
}

async function expectError(response: Response, status: number, type: string): Promise<ErrorBody['error']> {
  const body = await expectJson<ErrorBody>(response, status);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  expect(body).toMatchObject({ type: 'error', error: { type } });
  expect(body.request_id).toBe(response.headers.get('x-request-id'));
  expect(response.headers.get('request-id')).toBe(body.request_id);
  return body.error;
}

describe('plain', () => {
  test('a text, its receipt and its cost', async () => {
    const response = await send({ system: 'Be brief.', temperature: 0.5, stop_sequences: ['END'] });
    const receipt = response.headers.get('x-reeve-receipt');
    expect(response.headers.get('x-reeve-cost-nanos')).toBe(String(11 * 150 + 9 * 600));
    expect(response.headers.get('request-id')).toBe(response.headers.get('x-request-id'));
    expect(await expectJson<MessageBody>(response, 200)).toEqual({
      id: `msg_${receipt}`,
      type: 'message',
      role: 'assistant',
      model: 'good',
      content: [{ type: 'text', text: MOCK_TEXT, citations: null }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: expect.objectContaining({ input_tokens: 11, cache_read_input_tokens: 0, output_tokens: 9 }),
    });
    expect(await getReceipt(reeve, receipt)).toMatchObject({ status: 'ok', token_usage: { total: 20 } });
    expect(sentTo('good')).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'What is a tally?' },
      ],
      temperature: 0.5,
      stop: ['END'],
    });
  });

  test('a tool, and its result', async () => {
    const first = await expectJson<MessageBody>(await send({ tools: [TOOL], tool_choice: { type: 'any' } }), 200);
    const use = { type: 'tool_use', id: 'call_mock', name: 'get_weather', input: { city: 'Oslo', unit: 'celsius' } };
    expect(first).toMatchObject({ content: [use], stop_reason: 'tool_use' });
    expect(sentTo('good')).toMatchObject({ tool_choice: 'required', tools: [{ function: { name: 'get_weather' } }] });
    const result = { type: 'tool_result', tool_use_id: 'call_mock', content: [{ type: 'text', text: '3 °C' }] };
    const messages = [
      ...MESSAGES,
      { role: 'assistant', content: first.content },
      { role: 'user', content: [result, { type: 'text', text: 'And now?' }] },
    ];
    await expectJson(await send({ messages, tools: [TOOL] }), 200);
    expect(sentTo('good')['messages']).toMatchObject([
      { role: 'user' },
      { role: 'assistant', tool_calls: [{ id: 'call_mock' }] },
      { role: 'tool', tool_call_id: 'call_mock', content: '3 °C' },
      { role: 'user', content: 'And now?' },
    ]);
  });

  test('the key as x-api-key', async () => {
    const response = await fetch(reeve.baseUrl + PATH, {
      method: 'POST',
      headers: { 'x-api-key': reeve.key, 'anthropic-version': '2023-06-01', 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'good', max_tokens: 5, messages: MESSAGES }),
    });
    expect(response.status).toBe(200);
    await response.text();
  });

  test('the path with a query, as beta clients send it', async () => {
    const body = { model: 'good', max_tokens: 5, messages: MESSAGES };
    await expectJson(await postJson(reeve, `${PATH}?beta=true`, body), 200);
  });
});

describe('streamed', () => {
  test('a text, with its settlement before the closing frame', async () => {
    const { text, events, receipt } = await stream({});
    const types = events.map(({ type }) => type).filter((type) => type !== 'content_block_delta');
    expect(types).toEqual([
      'message_start',
      'content_block_start',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    expect(events.map(({ delta }) => delta?.text ?? '').join('')).toBe(MOCK_TEXT);
    expect(events[0]?.message).toMatchObject({ id: `msg_${receipt}`, content: [], stop_reason: null });
    expect(events.at(-2)).toMatchObject({
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { input_tokens: 11, output_tokens: 9 },
    });
    expect(text).toMatch(/\n\n: reeve \{[^\n]*\}\n\nevent: message_stop\n[^\n]*\n\n$/);
    expect(await getReceipt(reeve, receipt)).toMatchObject({ status: 'ok', token_usage: { total: 20 } });
  });

  test('a tool call in pieces', async () => {
    const { events } = await stream({ tools: [TOOL] });
    expect(events[1]?.content_block).toEqual({ type: 'tool_use', id: 'call_mock', name: 'get_weather', input: {} });
    const pieces = events.flatMap(({ delta }) => delta?.partial_json ?? []);
    expect(pieces.length).toBeGreaterThan(1);
    expect(JSON.parse(pieces.join(''))).toEqual({ city: 'Oslo', unit: 'celsius' });
    expect(events.at(-2)?.delta?.stop_reason).toBe('tool_use');
  });

  test.for([['no-usage'], ['slow-bytes']])('%s', async ([model]) => {
    const { events } = await stream({ model });
    expect(events.map(({ delta }) => delta?.text ?? '').join('')).toBe(MOCK_TEXT);
    expect(events.at(-2)?.usage?.output_tokens).toBeGreaterThan(0);
    expect(events.at(-1)?.type).toBe('message_stop');
  });

  test.for([['error-middle'], ['no-done']])('%s ends with an error and no closing frame', async ([model]) => {
    const { events, receipt } = await stream({ model });
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { type: 'api_error' } });
    expect(events.some(({ type }) => type === 'message_stop' || type === 'message_delta')).toBe(false);
    expect(await getReceipt(reeve, receipt)).toMatchObject({ status: 'failed' });
  });
});

describe('counting', () => {
  test('is estimated where the provider cannot count, and asks nobody', async () => {
    const earlier = mock.requests.length;
    const response = await postJson(reeve, `${PATH}/count_tokens`, { model: 'good', messages: MESSAGES });
    const receipt = response.headers.get('x-reeve-receipt');
    const body = await expectJson<{ input_tokens: number }>(response, 200);
    expect(Object.keys(body)).toEqual(['input_tokens']);
    expect(body.input_tokens).toBeGreaterThan(3);
    expect(mock.requests).toHaveLength(earlier);
    expect(await getReceipt(reeve, receipt)).toMatchObject({ status: 'ok', cost_nanos: 0 });
  });
});

describe('errors', () => {
  test.for([
    ['a body without max_tokens', { max_tokens: undefined }, 'max_tokens'],
    ['a role that is none', { messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role'],
    ['a temperature above 1', { temperature: 1.5 }, 'temperature'],
    [
      'a text block without text',
      { messages: [{ role: 'user', content: [{ type: 'text' }] }] },
      'messages[0].content[0].text',
    ],
  ] as const)('%s', async ([, fields, param]) => {
    const { details } = await expectError(await send(fields), 400, 'invalid_request_error');
    expect(details).toEqual({ error_code: 'invalid_request', param });
  });

  test.for([['model'], ['stream'], ['tools'], ['messages'], ['system']])('%s given twice', async ([field]) => {
    const value = { model: '"good"', stream: 'false', tools: '[]', messages: '[]', system: '"a"' }[field ?? ''];
    const given = `"model":"good","max_tokens":5,"messages":${JSON.stringify(MESSAGES)},"stream":false,"tools":[],"system":"a"`;
    const response = await fetch(reeve.baseUrl + PATH, {
      method: 'POST',
      headers: { 'x-api-key': reeve.key, 'content-type': 'application/json' },
      body: `{${given},"${field}":${value}}`,
    });
    expect((await expectError(response, 400, 'invalid_request_error')).details.error_code).toBe('duplicate_field');
  });

  test('what no candidate carries is refused by name', async () => {
    const fields = {
      tools: [{ type: 'web_search_20250305', name: 'web_search' }],
      messages: [
        { role: 'user', content: [{ type: 'search_result', source: 'x', title: 'y', content: [] }] },
        ...MESSAGES,
      ],
    };
    const { message, details } = await expectError(await send(fields), 400, 'invalid_request_error');
    expect(details.error_code).toBe('unsupported_parameter');
    expect(message).toContain('mock/good does not take tools.web_search_20250305, search_result');
  });

  test('a wrong key, a key for other models, an unknown model', async () => {
    const wrong = await postJson({ ...reeve, key: 'reeve_no' }, PATH, {});
    await expectError(wrong, 401, 'authentication_error');
    const { key } = await makeKey(reeve, { name: 'narrow', models: ['embed'] });
    const body = { model: 'good', max_tokens: 5, messages: MESSAGES };
    await expectError(await postJson({ ...reeve, key }, PATH, body), 403, 'permission_error');
    await expectError(await send({ model: 'none' }), 404, 'not_found_error');
  });

  test('what is refused before the surface sees it', async () => {
    await expectError(await get(reeve, PATH), 405, 'invalid_request_error');
    await expectError(await get(reeve, `${PATH}/batches`), 404, 'not_found_error');
    const headers = { 'x-api-key': reeve.key, 'content-type': 'text/plain' };
    const plain = await fetch(reeve.baseUrl + PATH, { method: 'POST', headers, body: '{}' });
    await expectError(plain, 415, 'invalid_request_error');
    await expectError(await send({ system: 'x'.repeat(33 * 1024 * 1024) }), 413, 'request_too_large');
    const other = await get(reeve, '/v1/messagesque');
    expect(await expectJson(other, 404)).toMatchObject({ error: { code: 'not_found' } });
    expect(other.headers.get('request-id')).toBeNull();
  });

  test.for([
    ['status-400', 400, 'invalid_request_error', /mock says 400/],
    ['status-429-after-7', 429, 'rate_limit_error', /mock says 429/],
    ['status-500', 502, 'api_error', /mock says 500/],
    ['ok-with-error', 502, 'api_error', /overheated/],
    ['hang', 504, 'timeout_error', /1500 ms/],
  ] as const)('a provider that answers %s', async ([model, status, type, message]) => {
    for (const streamed of [false, true]) {
      const response = await send({ model, stream: streamed });
      expect(response.headers.get('retry-after')).toBe(status === 429 ? '7' : null);
      expect((await expectError(response, status, type)).message).toMatch(message);
    }
  });
});
