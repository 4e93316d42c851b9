// The official `@anthropic-ai/sdk` package for Node before every adapter. Prints one JSON line per case; see README.md.
import assert from 'node:assert/strict';
import Anthropic, * as sdk from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { z } from 'zod';
import { reportCases } from './report-cases.mjs';

const { REEVE_URL, REEVE_KEY, PROVIDERS } = process.env;
const TEXT = 'The stick is split in two: café 🌾 done.';
const TALLY = { name: 'tally', count: 3 };
const INPUT = { city: 'Oslo', unit: 'celsius' };
const client = new Anthropic({ apiKey: REEVE_KEY, baseURL: REEVE_URL, maxRetries: 0 });
const messages = [{ role: 'user', content: 'What is a tally?' }];
const tools = [
  {
    name: 'get_weather',
    description: 'Looks outside.',
    input_schema: { type: 'object', properties: { city: { type: 'string' } } },
  },
];
const format = zodOutputFormat(z.object({ name: z.string(), count: z.number() }));
const thinking = { type: 'enabled', budget_tokens: 1024 };

async function rejects(promise, errorClass, status, type) {
  const error = await promise.then(
    () => assert.fail('it did not fail'),
    (thrown) => thrown,
  );
  assert.ok(error instanceof errorClass, `${error.constructor.name}: ${error.message}`);
  assert.deepEqual([error.status, error.type], [status, type]);
  assert.ok(error.requestID);
  return error;
}

const usageOf = ({ input_tokens, output_tokens }) => [input_tokens, output_tokens];
const typesOf = ({ content }) => content.map(({ type }) => type);

function messageCases({ name, counts }) {
  const asked = (fields = {}) => ({ model: name, max_tokens: 50, system: 'Be brief.', messages, ...fields });
  const ask = (fields) => client.messages.create(asked(fields));
  return {
    async message() {
      const answer = await ask({ temperature: 0.5, stop_sequences: ['END'] });
      assert.deepEqual([answer.content[0].text, answer.stop_reason], [TEXT, 'end_turn']);
      assert.deepEqual(usageOf(answer.usage), [11, 9]);
    },
    async 'streamed message'() {
      const stream = client.messages.stream(asked());
      let text = '';
      stream.on('text', (delta) => (text += delta));
      const answer = await stream.finalMessage();
      assert.deepEqual([text, answer.content[0].text, answer.stop_reason], [TEXT, TEXT, 'end_turn']);
      assert.deepEqual(usageOf(answer.usage), [11, 9]);
    },
    async 'tools and their results'() {
      const first = await ask({ tools, tool_choice: { type: 'any' } });
      const [use] = first.content;
      assert.deepEqual([first.stop_reason, use.name, use.input], ['tool_use', 'get_weather', INPUT]);
      const result = { type: 'tool_result', tool_use_id: use.id, content: '3 °C' };
      const turns = [
        { role: 'assistant', content: first.content },
        { role: 'user', content: [result] },
      ];
      const second = await ask({ tools, messages: [...messages, ...turns] });
      assert.equal(second.content[0].text, TEXT);
    },
    async 'streamed tools'() {
      const answer = await client.messages.stream(asked({ tools })).finalMessage();
      assert.deepEqual([answer.stop_reason, answer.content.at(-1).input], ['tool_use', INPUT]);
    },
    async 'structured output'() {
      const answer = await client.messages.parse(asked({ output_config: { format } }));
      assert.deepEqual(answer.parsed_output, TALLY);
    },
    async 'counting tokens'() {
      const { input_tokens } = await client.messages.countTokens({ model: name, messages, tools });
      assert.ok(counts ? input_tokens === 11 : input_tokens > 10, String(input_tokens));
    },
  };
}

/** Each thought goes back as it came; a mock that signs refuses any other signature. */
function thoughtCases({ name, thinks }) {
  const asked = (fields = {}) => ({ model: name, max_tokens: 4000, thinking, messages, ...fields });
  const expected = thinks === 'never' ? [] : ['thinking'];
  const goOn = async (first) => {
    // A wire that signs the call and not the thought has a second, empty thought to hold that.
    assert.deepEqual([...new Set(typesOf(first))], [...expected, 'tool_use']);
    if (thinks !== 'never') assert.equal(first.content[0].thinking, 'Sticks vary.');
    if (thinks === 'signed') assert.ok(first.content.at(-2).signature.length > 0);
    const result = { type: 'tool_result', tool_use_id: first.content.at(-1).id, content: '3 °C' };
    const turns = [
      { role: 'assistant', content: first.content },
      { role: 'user', content: [result] },
    ];
    const second = await client.messages.create(asked({ tools, messages: [...messages, ...turns] }));
    assert.deepEqual([...new Set(typesOf(second))], [...expected, 'text']);
  };
  if (thinks === 'refused') {
    const refuses = () => rejects(client.messages.create(asked()), sdk.BadRequestError, 400, 'invalid_request_error');
    return { 'thoughts and their signatures': refuses, 'streamed thoughts': refuses };
  }
  return {
    'thoughts and their signatures': async () => goOn(await client.messages.create(asked({ tools }))),
    'streamed thoughts': async () => goOn(await client.messages.stream(asked({ tools })).finalMessage()),
  };
}

function failureCases({ name, filters }) {
  const ask = (fault, fields = {}) =>
    client.messages.create({ model: `${name}-${fault}`, max_tokens: 50, messages, ...fields });
  return {
    async 'rate limit'() {
      for (const stream of [false, true]) {
        const error = await rejects(ask('limited', { stream }), sdk.RateLimitError, 429, 'rate_limit_error');
        assert.equal(error.headers.get('retry-after'), '7');
        assert.match(error.message, /The mock is limited/);
      }
    },
    async overload() {
      await rejects(ask('overloaded'), sdk.InternalServerError, 502, 'api_error');
    },
    async 'a key that the provider refuses'() {
      await rejects(ask('refused'), sdk.InternalServerError, 502, 'api_error');
    },
    async 'content filter'() {
      if (!filters) return;
      assert.equal((await ask('filtered')).stop_reason, 'refusal');
      const stream = client.messages.stream({ model: `${name}-filtered`, max_tokens: 50, messages });
      assert.equal((await stream.finalMessage()).stop_reason, 'refusal');
    },
  };
}

const all = JSON.parse(PROVIDERS).flatMap((facts) => {
  const cases = { ...messageCases(facts), ...thoughtCases(facts), ...failureCases(facts) };
  return Object.entries(cases).map(([name, run]) => [`${facts.name}: ${name}`, run]);
});
await reportCases(Object.fromEntries(all));
