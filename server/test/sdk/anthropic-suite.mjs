// The official `@anthropic-ai/sdk` package for Node against Reeve. Prints one JSON line per case; see README.md.
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import Anthropic, * as sdk from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { z } from 'zod';
import { reportCases } from './report-cases.mjs';

const { REEVE_URL, REEVE_KEY, NARROW_KEY, MOCK_URL } = process.env;
const TEXT = 'The stick is split in two: café 🌾 done.';
const INPUT = { city: 'Oslo', unit: 'celsius' };
const connect = (options) => new Anthropic({ apiKey: REEVE_KEY, baseURL: REEVE_URL, maxRetries: 0, ...options });
const client = connect();
const messages = [{ role: 'user', content: 'What is a tally?' }];
const tools = [
  {
    name: 'get_weather',
    description: 'Looks outside.',
    input_schema: { type: 'object', properties: { city: { type: 'string' } } },
  },
];
const Tally = z.object({ name: z.string(), count: z.number() });

async function requestsTo(model) {
  return (await fetch(`${MOCK_URL}/__requests/${model}`)).json();
}

async function fetchReceipt(id) {
  const response = await fetch(`${REEVE_URL}/api/v1/receipts/${id}`, {
    headers: { authorization: `Bearer ${REEVE_KEY}` },
  });
  return response.status === 200 ? response.json() : null;
}

async function until(read, accept, limitMs = 5000) {
  for (const endMs = Date.now() + limitMs; ; await wait(20)) {
    const value = await read();
    if (accept(value) || Date.now() > endMs) return value;
  }
}

async function rejects(promise, errorClass, status, type) {
  const error = await promise.then(
    () => assert.fail('it did not fail'),
    (thrown) => thrown,
  );
  assert.ok(error instanceof errorClass, `${error.constructor.name}: ${error.message}`);
  assert.deepEqual([error.status, error.type], [status, type]);
  assert.ok(error.requestID);
  assert.equal(error.error.request_id, error.requestID);
  return error;
}

const asked = (fields = {}) => ({ model: 'good', max_tokens: 50, messages, ...fields });
const ask = (model, options) => client.messages.create(asked({ model }), options);

const cases = {
  async message() {
    const answer = await client.messages.create(asked({ system: 'Be brief.', stop_sequences: ['END'] }));
    assert.deepEqual([answer.type, answer.role, answer.stop_reason], ['message', 'assistant', 'end_turn']);
    assert.equal(answer.content[0].text, TEXT);
    assert.deepEqual([answer.usage.input_tokens, answer.usage.output_tokens], [11, 9]);
    const sent = (await requestsTo('good')).at(-1).body;
    assert.deepEqual(sent.messages[0], { role: 'system', content: 'Be brief.' });
    assert.deepEqual(sent.stop, ['END']);
  },
  async 'message with a bearer token'() {
    const bearer = connect({ apiKey: null, authToken: REEVE_KEY });
    assert.equal((await bearer.messages.create(asked())).content[0].text, TEXT);
  },
  async 'image and document'() {
    const source = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' };
    const content = [
      { type: 'image', source },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'notes' } },
      { type: 'text', text: 'What is it?' },
    ];
    await client.messages.create(asked({ messages: [{ role: 'user', content }] }));
    const sent = (await requestsTo('good')).at(-1).body.messages[0].content;
    assert.deepEqual(
      sent.map((part) => part.image_url?.url ?? part.text),
      ['data:image/png;base64,iVBORw0KGgo=', 'notes', 'What is it?'],
    );
  },
  async 'streamed message'() {
    const stream = client.messages.stream(asked());
    let text = '';
    stream.on('text', (delta) => (text += delta));
    const answer = await stream.finalMessage();
    assert.equal(text, TEXT);
    assert.equal(answer.content[0].text, TEXT);
    assert.equal(answer.stop_reason, 'end_turn');
    assert.deepEqual([answer.usage.input_tokens, answer.usage.output_tokens], [11, 9]);
  },
  async 'streamed message, event by event'() {
    const { data: stream, response } = await client.messages.create(asked({ stream: true })).withResponse();
    const types = [];
    for await (const event of stream) if (types.at(-1) !== event.type) types.push(event.type);
    assert.deepEqual(types, [
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    const receipt = await fetchReceipt(response.headers.get('x-reeve-receipt'));
    assert.deepEqual([receipt.status, receipt.token_usage.total], ['ok', 20]);
  },
  async 'tools and their results'() {
    const first = await client.messages.create(asked({ tools, tool_choice: { type: 'any' } }));
    assert.equal(first.stop_reason, 'tool_use');
    const [use] = first.content;
    assert.deepEqual([use.type, use.name, use.input], ['tool_use', 'get_weather', INPUT]);
    const result = { type: 'tool_result', tool_use_id: use.id, content: '3 °C' };
    const history = [...messages, { role: 'assistant', content: first.content }, { role: 'user', content: [result] }];
    const second = await client.messages.create(asked({ tools, messages: history }));
    assert.equal(second.content[0].text, TEXT);
  },
  async 'streamed tools'() {
    const stream = client.messages.stream(asked({ tools }));
    let last = null;
    stream.on('inputJson', (_piece, snapshot) => (last = snapshot));
    const answer = await stream.finalMessage();
    assert.deepEqual([answer.content[0].name, answer.content[0].input], ['get_weather', INPUT]);
    assert.deepEqual(last, INPUT);
    assert.equal(answer.stop_reason, 'tool_use');
  },
  async 'structured output'() {
    const output_config = { format: zodOutputFormat(Tally) };
    const answer = await client.messages.parse(asked({ output_config }));
    assert.deepEqual(answer.parsed_output, { name: 'tally', count: 3 });
    const { response_format: format } = (await requestsTo('good')).at(-1).body;
    assert.deepEqual(Object.keys(format.json_schema.schema.properties), ['name', 'count']);
  },
  async 'counting tokens'() {
    const count = await client.messages.countTokens({ model: 'good', messages, tools });
    assert.ok(count.input_tokens > 10, JSON.stringify(count));
  },
  async 'response headers'() {
    const { data, response } = await ask('good').withResponse();
    const id = response.headers.get('x-reeve-receipt');
    assert.equal(data.id, `msg_${id}`);
    assert.equal(response.headers.get('x-reeve-route'), 'mock/good');
    assert.equal(data['_request_id'], response.headers.get('x-request-id'));
    assert.ok(data['_request_id']);
    assert.equal((await fetchReceipt(id)).cost_nanos, 11 * 150 + 9 * 600);
  },
  async 'error 400'() {
    const error = await rejects(ask('status-400'), sdk.BadRequestError, 400, 'invalid_request_error');
    assert.match(error.message, /mock says 400/);
  },
  async 'error 400 by name'() {
    const search = [{ type: 'web_search_20250305', name: 'web_search' }];
    const refused = client.messages.create(asked({ tools: search }));
    const error = await rejects(refused, sdk.BadRequestError, 400, 'invalid_request_error');
    assert.equal(error.errorCode, 'unsupported_parameter');
    assert.match(error.message, /mock\/good does not take tools\.web_search_20250305/);
  },
  async 'error 401'() {
    const stranger = connect({ apiKey: 'rv_unknown' });
    await rejects(stranger.messages.create(asked()), sdk.AuthenticationError, 401, 'authentication_error');
  },
  async 'error 403'() {
    const narrow = connect({ apiKey: NARROW_KEY });
    await rejects(narrow.messages.create(asked()), sdk.PermissionDeniedError, 403, 'permission_error');
  },
  async 'error 404'() {
    const error = await rejects(ask('no-such-model'), sdk.NotFoundError, 404, 'not_found_error');
    assert.match(error.message, /good/, 'the aliases that this key may use');
  },
  async 'error 429'() {
    const error = await rejects(ask('status-429-after-7'), sdk.RateLimitError, 429, 'rate_limit_error');
    assert.equal(error.headers.get('retry-after'), '7');
  },
  async 'error 500'() {
    await rejects(ask('status-500'), sdk.InternalServerError, 502, 'api_error');
  },
  async 'error of a provider that refuses our key'() {
    const before = (await requestsTo('status-401')).length;
    const patient = connect({ maxRetries: 2 });
    const refused = patient.messages.create(asked({ model: 'status-401' }));
    await rejects(refused, sdk.InternalServerError, 502, 'api_error');
    assert.equal((await requestsTo('status-401')).length - before, 1, 'asked again although told not to');
  },
  async 'error inside a stream'() {
    const stream = await client.messages.create(asked({ model: 'error-middle', stream: true }));
    const types = [];
    await assert.rejects(
      async () => {
        for await (const event of stream) types.push(event.type);
      },
      (error) => error instanceof sdk.APIError && error.type === 'api_error' && /overheated/.test(error.message),
    );
    assert.ok(types.includes('content_block_delta') && !types.includes('message_stop'));
  },
  async 'retries of the client'() {
    const answer = await ask('flaky-500-3', { maxRetries: 3 });
    assert.equal(answer.content[0].text, TEXT);
  },
  async 'abort in the middle of a stream'() {
    const { data: stream, response } = await client.messages
      .create(asked({ model: 'endless', stream: true }))
      .withResponse();
    let seen = 0;
    for await (const event of stream) {
      if (event.type === 'content_block_delta') seen += 1;
      if (seen === 4) break;
    }
    const abortedAt = Date.now();
    const [request] = await until(
      () => requestsTo('endless'),
      ([first]) => first?.closedEarlyAt != null,
    );
    assert.ok(request.closedEarlyAt - abortedAt <= 100, `${request.closedEarlyAt - abortedAt} ms later`);
    const receipt = await until(
      () => fetchReceipt(response.headers.get('x-reeve-receipt')),
      (found) => found !== null && found.status !== 'assumed',
    );
    assert.equal(receipt.status, 'aborted');
  },
};

await reportCases(cases);
