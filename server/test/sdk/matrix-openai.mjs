// The official `openai` package for Node before every adapter. Prints one JSON line per case; see README.md.
import assert from 'node:assert/strict';
import OpenAI, * as sdk from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { reportCases } from './report-cases.mjs';

const { REEVE_URL, REEVE_KEY, PROVIDERS } = process.env;
const TEXT = 'The stick is split in two: café 🌾 done.';
const TALLY = { name: 'tally', count: 3 };
const INPUT = { city: 'Oslo', unit: 'celsius' };
const Tally = z.object({ name: z.string(), count: z.number() });
const client = new OpenAI({ apiKey: REEVE_KEY, baseURL: `${REEVE_URL}/v1`, maxRetries: 0 });
const messages = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'What is a tally?' },
];
const weather = { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } };
const tools = [{ type: 'function', function: weather }];
const functionTools = [{ type: 'function', strict: false, ...weather }];

async function rejects(promise, errorClass, status) {
  const error = await promise.then(
    () => assert.fail('it did not fail'),
    (thrown) => thrown,
  );
  assert.ok(error instanceof errorClass, `${error.constructor.name}: ${error.message}`);
  assert.equal(error.status, status);
  return error;
}

/** What this provider does not take is refused by name; a package of the AI SDK says so in its own words. */
async function refusesKind(promise, name) {
  const error = await rejects(promise, sdk.BadRequestError, 400);
  assert.equal(error.code, 'unsupported_parameter');
  assert.ok(error.message.includes(`${name}/`) || /No such/.test(error.message), error.message);
}

const usageOf = ({ prompt_tokens, completion_tokens, total_tokens }) => [
  prompt_tokens,
  completion_tokens,
  total_tokens,
];

function chatCases({ name, thinks, shy }) {
  const chat = (fields = {}) => client.chat.completions.create({ model: name, messages, ...fields });
  return {
    async chat() {
      const answer = await chat({ max_tokens: 50, temperature: 0.5, stop: ['END'] });
      assert.equal(answer.choices[0].message.content, TEXT);
      assert.equal(answer.choices[0].finish_reason, 'stop');
      assert.deepEqual(usageOf(answer.usage), [11, 9, 20]);
    },
    async stream() {
      const stream = await chat({ stream: true, stream_options: { include_usage: true } });
      const chunks = await Array.fromAsync(stream);
      assert.equal(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join(''), TEXT);
      assert.deepEqual(
        chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? []),
        ['stop'],
      );
      assert.deepEqual(usageOf(chunks.at(-1).usage), [11, 9, 20]);
    },
    async 'tools and their results'() {
      const { message, finish_reason } = (await chat({ tools })).choices[0];
      assert.equal(finish_reason, 'tool_calls');
      const [call] = message.tool_calls;
      assert.deepEqual([call.function.name, JSON.parse(call.function.arguments)], ['get_weather', INPUT]);
      const result = { role: 'tool', tool_call_id: call.id, content: '3 °C' };
      const second = await chat({ tools, messages: [...messages, message, result] });
      assert.equal(second.choices[0].message.content, TEXT);
    },
    async 'streamed tools'() {
      const runner = client.chat.completions.stream({ model: name, messages, tools });
      const { choices } = await runner.finalChatCompletion();
      assert.equal(choices[0].finish_reason, 'tool_calls');
      assert.deepEqual(JSON.parse(choices[0].message.tool_calls[0].function.arguments), INPUT);
    },
    async 'structured output'() {
      const response_format = zodResponseFormat(Tally, 'tally');
      const answer = await client.chat.completions.parse({ model: name, messages, response_format });
      assert.deepEqual(answer.choices[0].message.parsed, TALLY);
      const runner = client.chat.completions.stream({ model: name, messages, response_format });
      assert.deepEqual((await runner.finalChatCompletion()).choices[0].message.parsed, TALLY);
    },
    async 'tools after thoughts'() {
      if (thinks === 'refused') return;
      const thinking = { reasoning_effort: 'high', max_completion_tokens: 40_000, tools };
      const { message } = (await chat(thinking)).choices[0];
      const result = { role: 'tool', tool_call_id: message.tool_calls[0].id, content: '3 °C' };
      const second = await chat({ ...thinking, messages: [...messages, message, result] });
      assert.equal(second.choices[0].message.content, TEXT);
    },
    async thoughts() {
      const asked = chat({ reasoning_effort: 'high', max_completion_tokens: 40_000 });
      if (thinks === 'refused') return refusesKind(asked, name);
      const { choices } = await asked;
      assert.equal(choices[0].message.content, TEXT);
      const shown = choices[0].message.reasoning_content;
      assert.equal(shown, thinks === 'never' || shy ? undefined : 'Sticks vary.');
    },
  };
}

function responseCases({ name, thinks }) {
  const input = 'What is a tally?';
  return {
    async response() {
      const answer = await client.responses.create({ model: name, input, instructions: 'Be brief.' });
      assert.deepEqual([answer.status, answer.output_text], ['completed', TEXT]);
      assert.deepEqual([answer.usage.input_tokens, answer.usage.output_tokens], [11, 9]);
    },
    async 'streamed response'() {
      const runner = client.responses.stream({ model: name, input });
      const types = [];
      for await (const { type } of runner) types.push(type);
      assert.deepEqual([types[0], types.at(-1)], ['response.created', 'response.completed']);
      assert.equal((await runner.finalResponse()).output_text, TEXT);
    },
    async 'response with tools and their results'() {
      const first = await client.responses.create({ model: name, input, tools: functionTools });
      const call = first.output.find(({ type }) => type === 'function_call');
      assert.deepEqual([call.name, JSON.parse(call.arguments)], ['get_weather', INPUT]);
      const result = { type: 'function_call_output', call_id: call.call_id, output: '3 °C' };
      const items = [{ role: 'user', content: input }, ...first.output, result];
      const second = await client.responses.create({ model: name, input: items, tools: functionTools });
      assert.equal(second.output_text, TEXT);
      const runner = client.responses.stream({ model: name, input, tools: functionTools });
      const streamed = (await runner.finalResponse()).output.find(({ type }) => type === 'function_call');
      assert.deepEqual(JSON.parse(streamed.arguments), INPUT);
    },
    async 'response with tools after thoughts'() {
      if (thinks === 'refused') return;
      const thinking = { model: name, tools: functionTools, reasoning: { effort: 'high', summary: 'auto' } };
      const first = await client.responses.create({ ...thinking, input });
      const streamed = await client.responses.stream({ ...thinking, input }).finalResponse();
      for (const { output } of [first, streamed]) {
        const call = output.find(({ type }) => type === 'function_call');
        const result = { type: 'function_call_output', call_id: call.call_id, output: '3 °C' };
        const items = [{ role: 'user', content: input }, ...output, result];
        assert.equal((await client.responses.create({ ...thinking, input: items })).output_text, TEXT);
      }
    },
    async 'structured response'() {
      const text = { format: zodTextFormat(Tally, 'tally') };
      assert.deepEqual((await client.responses.parse({ model: name, input, text })).output_parsed, TALLY);
    },
  };
}

function otherCases({ name, carries }) {
  return {
    async completion() {
      const asked = client.completions.create({ model: name, prompt: 'A tally is a notched' });
      if (!carries.includes('completion')) return refusesKind(asked, name);
      assert.equal((await asked).choices[0].text, 'twig');
      const stream = await client.completions.create({ model: name, prompt: 'A', stream: true });
      const chunks = await Array.fromAsync(stream);
      assert.equal(chunks.map(({ choices }) => choices[0]?.text ?? '').join(''), 'twig');
    },
    async embeddings() {
      const asked = client.embeddings.create({ model: `${name}-embed`, input: ['one'] });
      if (!carries.includes('embedding')) return refusesKind(asked, name);
      assert.deepEqual((await asked).data[0].embedding, [0.25, -0.5, 1]);
    },
    async moderation() {
      const asked = client.moderations.create({ model: name, input: 'x' });
      if (!carries.includes('moderation')) return refusesKind(asked, name);
      assert.equal((await asked).results[0].flagged, true);
    },
  };
}

function failureCases({ name, filters }) {
  const ask = (model, fields = {}) =>
    client.chat.completions.create({ model: `${name}-${model}`, messages, ...fields });
  return {
    async 'rate limit'() {
      for (const stream of [false, true]) {
        const error = await rejects(ask('limited', { stream }), sdk.RateLimitError, 429);
        assert.equal(error.headers.get('retry-after'), '7');
        assert.match(error.message, /The mock is limited/);
      }
    },
    async overload() {
      const error = await rejects(ask('overloaded'), sdk.InternalServerError, 502);
      assert.equal(error.code, 'upstream_failed');
    },
    async 'a key that the provider refuses'() {
      const error = await rejects(ask('refused'), sdk.InternalServerError, 502);
      assert.equal(error.code, 'upstream_refused');
    },
    async 'content filter'() {
      if (!filters) return;
      assert.equal((await ask('filtered')).choices[0].finish_reason, 'content_filter');
      const chunks = await Array.fromAsync(await ask('filtered', { stream: true }));
      assert.equal(chunks.findLast(({ choices }) => choices.length > 0).choices[0].finish_reason, 'content_filter');
      const response = await client.responses.create({ model: `${name}-filtered`, input: 'x' });
      assert.deepEqual([response.status, response.incomplete_details.reason], ['incomplete', 'content_filter']);
    },
  };
}

const all = JSON.parse(PROVIDERS).flatMap((facts) => {
  const cases = { ...chatCases(facts), ...responseCases(facts), ...otherCases(facts), ...failureCases(facts) };
  return Object.entries(cases).map(([name, run]) => [`${facts.name}: ${name}`, run]);
});
await reportCases(Object.fromEntries(all));
