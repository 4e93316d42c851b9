// The official `openai` package for Node against Reeve. Prints one JSON line per case; see README.md.
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import OpenAI, * as sdk from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { reportCases } from './report-cases.mjs';

const { REEVE_URL, REEVE_KEY, NARROW_KEY, MOCK_URL } = process.env;
const TEXT = 'The stick is split in two: café 🌾 done.';
const client = new OpenAI({ apiKey: REEVE_KEY, baseURL: `${REEVE_URL}/v1`, maxRetries: 0 });
const messages = [{ role: 'user', content: 'What is a tally?' }];
const tools = [
  {
    type: 'function',
    function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
  },
];
const functionTools = [{ type: 'function', strict: true, ...tools[0].function }];
const Tally = z.object({ name: z.string(), count: z.number() });

async function requestsTo(model) {
  return (await fetch(`${MOCK_URL}/__requests/${model}`)).json();
}

async function receiptOf(id) {
  const response = await fetch(`${REEVE_URL}/api/v1/receipts/${id}`, {
    headers: { authorization: `Bearer ${REEVE_KEY}` },
  });
  assert.equal(response.status, 200, `receipt ${id}`);
  return response.json();
}

async function until(read, accept, limitMs = 5000) {
  for (const endMs = Date.now() + limitMs; ; await wait(20)) {
    const value = await read();
    if (accept(value) || Date.now() > endMs) return value;
  }
}

async function rejects(promise, errorClass, status) {
  const error = await promise.then(
    () => assert.fail('it did not fail'),
    (thrown) => thrown,
  );
  assert.ok(error instanceof errorClass, `${error.constructor.name}: ${error.message}`);
  assert.equal(error.status, status);
  return error;
}

const ask = (model, options) => client.chat.completions.create({ model, messages }, options);

const cases = {
  async chat() {
    const answer = await ask('good');
    assert.equal(answer.choices[0].message.content, TEXT);
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.deepEqual(answer.usage, { prompt_tokens: 11, completion_tokens: 9, total_tokens: 20 });
    assert.equal(answer.object, 'chat.completion');
  },
  async 'chat with several choices'() {
    const answer = await client.chat.completions.create({ model: 'good', messages, n: 3 });
    assert.deepEqual(
      answer.choices.map((choice) => choice.index),
      [0, 1, 2],
    );
  },
  async 'unknown fields reach the provider'() {
    await client.chat.completions.create({
      model: 'good',
      messages,
      metadata: { farm: 'north' },
      not_in_any_schema: [1, { deep: null }],
    });
    const sent = (await requestsTo('good')).at(-1).body;
    assert.deepEqual(sent.not_in_any_schema, [1, { deep: null }]);
    assert.deepEqual(sent.metadata, { farm: 'north' });
  },
  async stream() {
    const stream = await client.chat.completions.create({ model: 'good', messages, stream: true });
    let text = '';
    const reasons = [];
    for await (const chunk of stream) {
      assert.equal(chunk.usage ?? null, null, 'usage that nobody asked for');
      assert.equal(chunk.choices.length, 1, 'a chunk without a choice');
      text += chunk.choices[0].delta.content ?? '';
      if (chunk.choices[0].finish_reason) reasons.push(chunk.choices[0].finish_reason);
    }
    assert.equal(text, TEXT);
    assert.deepEqual(reasons, ['stop']);
  },
  async 'stream with usage'() {
    const { data: stream, response } = await client.chat.completions
      .create({ model: 'good', messages, stream: true, stream_options: { include_usage: true } })
      .withResponse();
    const chunks = await Array.fromAsync(stream);
    assert.deepEqual(chunks.at(-1).usage, { prompt_tokens: 11, completion_tokens: 9, total_tokens: 20 });
    assert.deepEqual(chunks.at(-1).choices, []);
    const receipt = await receiptOf(response.headers.get('x-reeve-receipt'));
    assert.equal(receipt.status, 'ok');
    assert.equal(receipt.token_usage.total, 20);
  },
  async tools() {
    const answer = await client.chat.completions.create({ model: 'good', messages, tools });
    assert.equal(answer.choices[0].finish_reason, 'tool_calls');
    const [call] = answer.choices[0].message.tool_calls;
    assert.equal(call.function.name, 'get_weather');
    assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Oslo', unit: 'celsius' });
  },
  async 'tool result'() {
    const call = { id: 'call_mock', type: 'function', function: { name: 'get_weather', arguments: '{}' } };
    const answer = await client.chat.completions.create({
      model: 'good',
      tools,
      messages: [
        ...messages,
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: call.id, content: '3 °C' },
      ],
    });
    assert.equal(answer.choices[0].message.content, TEXT);
  },
  async 'streamed tools'() {
    const runner = client.chat.completions.stream({ model: 'good', messages, tools });
    const [call] = (await runner.finalMessage()).tool_calls;
    assert.equal(call.function.name, 'get_weather');
    assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Oslo', unit: 'celsius' });
  },
  async 'structured output'() {
    const answer = await client.chat.completions.parse({
      model: 'good',
      messages,
      response_format: zodResponseFormat(Tally, 'tally'),
    });
    assert.deepEqual(answer.choices[0].message.parsed, { name: 'tally', count: 3 });
  },
  async 'streamed structured output'() {
    const runner = client.chat.completions.stream({
      model: 'good',
      messages,
      response_format: zodResponseFormat(Tally, 'tally'),
    });
    const final = await runner.finalChatCompletion();
    assert.deepEqual(final.choices[0].message.parsed, { name: 'tally', count: 3 });
  },
  async response() {
    const answer = await client.responses.create({
      model: 'good',
      input: 'What is a tally?',
      instructions: 'Be brief.',
    });
    assert.equal(answer.output_text, TEXT);
    assert.equal(answer.status, 'completed');
    assert.equal(answer.instructions, 'Be brief.');
    assert.deepEqual([answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.total_tokens], [11, 9, 20]);
  },
  async 'streamed response'() {
    const runner = client.responses.stream({ model: 'good', input: 'What is a tally?' });
    let text = '';
    let snapshot = '';
    runner.on('response.output_text.delta', (event) => {
      text += event.delta;
      snapshot = event.snapshot;
    });
    const types = [];
    let last = -1;
    for await (const event of runner) {
      assert.equal(event.sequence_number, last + 1);
      last = event.sequence_number;
      types.push(event.type);
    }
    assert.equal(text, TEXT);
    assert.equal(snapshot, TEXT);
    assert.equal((await runner.finalResponse()).output_text, TEXT);
    assert.deepEqual([types[0], types.at(-1)], ['response.created', 'response.completed']);
  },
  async 'response with tools'() {
    const first = await client.responses.create({ model: 'good', input: 'Weather?', tools: functionTools });
    const [call] = first.output;
    assert.deepEqual([call.type, call.name], ['function_call', 'get_weather']);
    assert.deepEqual(JSON.parse(call.arguments), { city: 'Oslo', unit: 'celsius' });
    const result = { type: 'function_call_output', call_id: call.call_id, output: '3 °C' };
    const second = await client.responses.create({
      model: 'good',
      input: [{ role: 'user', content: 'Weather?' }, ...first.output, result],
      tools: functionTools,
    });
    assert.equal(second.output_text, TEXT);
  },
  async 'streamed response with tools'() {
    const runner = client.responses.stream({ model: 'good', input: 'Weather?', tools: functionTools });
    let snapshot = '';
    runner.on('response.function_call_arguments.delta', (event) => (snapshot = event.snapshot));
    const [call] = (await runner.finalResponse()).output;
    assert.deepEqual(JSON.parse(call.arguments), { city: 'Oslo', unit: 'celsius' });
    assert.equal(snapshot, call.arguments);
  },
  async 'structured response'() {
    const text = { format: zodTextFormat(Tally, 'tally') };
    const answer = await client.responses.parse({ model: 'good', input: 'Count.', text });
    assert.deepEqual(answer.output_parsed, { name: 'tally', count: 3 });
  },
  async 'streamed structured response'() {
    const text = { format: zodTextFormat(Tally, 'tally') };
    const runner = client.responses.stream({ model: 'good', input: 'Count.', text });
    assert.deepEqual((await runner.finalResponse()).output_parsed, { name: 'tally', count: 3 });
  },
  async 'streamed response of every kind of item'() {
    const runner = client.responses.stream({ model: 'medley', input: 'x' });
    const [reasoning, message, ...calls] = (await runner.finalResponse()).output;
    assert.equal(reasoning.summary[0].text, 'Let me think.');
    assert.deepEqual([message.content[0].text, message.content[1].refusal], ['Hello there.', 'Not that.']);
    assert.deepEqual(
      calls.map((call) => [call.call_id, call.name, JSON.parse(call.arguments)]),
      [
        ['a', 'tool_a', { a: 1 }],
        ['b', 'tool_b', { b: 2 }],
      ],
    );
  },
  async 'stored responses are refused'() {
    const stored = client.responses.create({ model: 'good', input: 'x', store: true });
    const error = await rejects(stored, sdk.BadRequestError, 400);
    assert.deepEqual([error.code, error.param], ['unsupported_parameter', 'store']);
  },
  async 'error inside a streamed response'() {
    const stream = await client.responses.create({ model: 'error-middle', input: 'x', stream: true });
    const types = [];
    await assert.rejects(
      async () => {
        for await (const event of stream) types.push(event.type);
      },
      (error) => error instanceof sdk.APIError && /overheated/.test(error.message),
    );
    assert.ok(types.includes('response.output_text.delta'));
    await assert.rejects(client.responses.stream({ model: 'error-middle', input: 'x' }).finalResponse(), sdk.APIError);
  },
  async 'embeddings in the default encoding'() {
    const answer = await client.embeddings.create({ model: 'embed', input: ['one', 'two'] });
    assert.deepEqual(
      answer.data.map((row) => row.embedding),
      [0, 1].map((index) => Array.from({ length: 8 }, (_, at) => (at + index) / 8)),
    );
    assert.equal((await requestsTo('embed')).at(-1).body.encoding_format, 'base64');
    assert.deepEqual(answer.usage, { prompt_tokens: 8, total_tokens: 8 });
  },
  async 'embeddings as floats'() {
    const answer = await client.embeddings.create({ model: 'embed', input: 'one', encoding_format: 'float' });
    assert.equal(answer.data[0].embedding.length, 8);
    assert.equal(answer.data[0].embedding[4], 0.5);
  },
  async 'list models'() {
    const models = await Array.fromAsync(client.models.list());
    const ids = models.map((model) => model.id);
    assert.ok(ids.includes('good') && ids.includes('embed'), ids.join(', '));
    assert.ok(models.every((model) => model.object === 'model'));
  },
  async 'retrieve a model'() {
    assert.equal((await client.models.retrieve('good')).id, 'good');
  },
  async 'response headers'() {
    const { data, response } = await ask('good').withResponse();
    const id = response.headers.get('x-reeve-receipt');
    assert.match(id, /^rcp_/);
    assert.equal(response.headers.get('x-reeve-route'), 'mock/good');
    assert.equal(response.headers.get('x-reeve-cost-nanos'), String(11 * 150 + 9 * 600));
    assert.match(response.headers.get('x-reeve-overhead-ms'), /^\d+(\.\d+)?$/);
    assert.ok(response.headers.get('x-reeve-policy'));
    assert.equal(data['_request_id'], response.headers.get('x-request-id'));
    assert.ok(data['_request_id']);
    assert.equal((await receiptOf(id)).cost_nanos, 11 * 150 + 9 * 600);
  },
  async 'error 400'() {
    const error = await rejects(ask('status-400'), sdk.BadRequestError, 400);
    assert.equal(error.code, 'mock_400');
    assert.match(error.message, /mock says 400/);
  },
  async 'error 401'() {
    const stranger = new OpenAI({ apiKey: 'rv_unknown', baseURL: `${REEVE_URL}/v1`, maxRetries: 0 });
    const error = await rejects(
      stranger.chat.completions.create({ model: 'good', messages }),
      sdk.AuthenticationError,
      401,
    );
    assert.equal(error.code, 'invalid_api_key');
  },
  async 'error 403'() {
    const narrow = new OpenAI({ apiKey: NARROW_KEY, baseURL: `${REEVE_URL}/v1`, maxRetries: 0 });
    const error = await rejects(
      narrow.chat.completions.create({ model: 'good', messages }),
      sdk.PermissionDeniedError,
      403,
    );
    assert.equal(error.code, 'policy_denied');
  },
  async 'error 404'() {
    const error = await rejects(ask('no-such-model'), sdk.NotFoundError, 404);
    assert.equal(error.code, 'model_not_found');
    assert.match(error.message, /good/, 'the aliases that this key may use');
  },
  async 'error 404 on models'() {
    await rejects(client.models.retrieve('no-such-model'), sdk.NotFoundError, 404);
  },
  async 'error 409'() {
    await rejects(ask('status-409'), sdk.ConflictError, 409);
  },
  async 'error 422'() {
    await rejects(ask('status-422'), sdk.UnprocessableEntityError, 422);
  },
  async 'error 429'() {
    const error = await rejects(ask('status-429-after-7'), sdk.RateLimitError, 429);
    assert.equal(error.headers.get('retry-after'), '7');
    assert.equal((await requestsTo('status-429-after-7')).length, 1, 'asked again although told to wait');
  },
  async 'error 500'() {
    const error = await rejects(ask('status-500'), sdk.InternalServerError, 502);
    assert.ok(error.headers.get('x-reeve-receipt'));
  },
  async 'error of a provider that refuses our key'() {
    const before = (await requestsTo('status-401')).length;
    const error = await rejects(ask('status-401', { maxRetries: 2 }), sdk.InternalServerError, 502);
    assert.equal(error.code, 'upstream_refused');
    assert.equal((await requestsTo('status-401')).length - before, 1, 'asked again although told not to');
  },
  async 'error inside a stream'() {
    const stream = await client.chat.completions.create({ model: 'error-middle', messages, stream: true });
    let chunks = 0;
    await assert.rejects(
      async () => {
        for await (const chunk of stream) chunks += chunk.choices.length;
      },
      (error) => error instanceof sdk.APIError,
    );
    assert.ok(chunks >= 1);
  },
  async 'retries of the client'() {
    const answer = await ask('flaky-500-3', { maxRetries: 3 });
    assert.equal(answer.choices[0].message.content, TEXT);
  },
  async 'retry-after is honoured'() {
    const startedMs = Date.now();
    await ask('flaky-429-after-1-1', { maxRetries: 1 });
    assert.ok(Date.now() - startedMs >= 900, 'it did not wait');
  },
  async 'time-out'() {
    const startedMs = Date.now();
    await assert.rejects(ask('hang', { timeout: 400 }), sdk.APIConnectionTimeoutError);
    assert.ok(Date.now() - startedMs < 2000);
    const [request] = await until(
      () => requestsTo('hang'),
      ([first]) => first?.closedEarlyAt != null,
    );
    assert.ok(request.closedEarlyAt - startedMs < 400 + 300, `closed after ${request.closedEarlyAt - startedMs} ms`);
  },
  async 'abort in the middle of a stream'() {
    const { data: stream, response } = await client.chat.completions
      .create({ model: 'endless', messages, stream: true })
      .withResponse();
    let seen = 0;
    let abortedAt = 0;
    for await (const chunk of stream) {
      seen += chunk.choices.length;
      if (seen < 4) continue;
      abortedAt = Date.now();
      break;
    }
    const [request] = await until(
      () => requestsTo('endless'),
      ([first]) => first?.closedEarlyAt != null,
    );
    const delayMs = request.closedEarlyAt - abortedAt;
    assert.ok(delayMs <= 100, `the provider saw the end after ${delayMs} ms`);
    const receipt = await until(
      () => fetchReceipt(response.headers.get('x-reeve-receipt')),
      (found) => found !== null && found.status !== 'assumed',
    );
    assert.equal(receipt.status, 'aborted');
    assert.ok(receipt.token_usage.completion >= 1);
  },
};

async function fetchReceipt(id) {
  const response = await fetch(`${REEVE_URL}/api/v1/receipts/${id}`, {
    headers: { authorization: `Bearer ${REEVE_KEY}` },
  });
  return response.status === 200 ? response.json() : null;
}

await reportCases(cases);
