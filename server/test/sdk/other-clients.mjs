// Other people's clients against Reeve: LangChain and the AI SDK. Prints one JSON line per case; see README.md.
import assert from 'node:assert/strict';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { ChatAnthropic } from '@langchain/anthropic';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool as defineTool } from '@langchain/core/tools';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { embedMany, generateText, isStepCount, Output, streamText, tool } from 'ai';
import { z } from 'zod';
import { reportCases } from './report-cases.mjs';

const { REEVE_URL, REEVE_KEY, PROVIDERS } = process.env;
globalThis.AI_SDK_LOG_WARNINGS = false;
const TEXT = 'The stick is split in two: café 🌾 done.';
const TALLY = { name: 'tally', count: 3 };
const INPUT = { city: 'Oslo', unit: 'celsius' };
const QUESTION = 'What is a tally?';
const baseURL = `${REEVE_URL}/v1`;
const Tally = z.object({ name: z.string(), count: z.number() });
const Place = z.object({ city: z.string(), unit: z.string() });

function langChainCases(name, connect) {
  const model = connect();
  const weather = defineTool(() => '3 °C', { name: 'get_weather', description: 'Looks outside.', schema: Place });
  return {
    async text() {
      const answer = await model.invoke(QUESTION);
      assert.equal(answer.text, TEXT);
      assert.deepEqual([answer.usage_metadata.input_tokens, answer.usage_metadata.output_tokens], [11, 9]);
    },
    async stream() {
      let whole = null;
      for await (const chunk of await model.stream(QUESTION)) whole = whole === null ? chunk : whole.concat(chunk);
      assert.equal(whole.text, TEXT);
      // This client adds up what a message's first and last events say, though the last says it all.
      assert.ok([9, 10].includes(whole.usage_metadata.output_tokens));
    },
    async tools() {
      const armed = model.bindTools([weather]);
      const history = [new HumanMessage(QUESTION)];
      const first = await armed.invoke(history);
      const [call] = first.tool_calls;
      assert.deepEqual([call.name, call.args], ['get_weather', INPUT]);
      const result = new ToolMessage({ tool_call_id: call.id, content: '3 °C' });
      assert.equal((await armed.invoke([...history, first, result])).text, TEXT);
    },
    async JSON() {
      assert.deepEqual(await model.withStructuredOutput(Tally, { method: 'jsonSchema' }).invoke(QUESTION), TALLY);
    },
    async error() {
      await assert.rejects(connect(`${name}-limited`).invoke(QUESTION), /mock is limited/i);
    },
  };
}

function aiSdkCases(name, connect, askForJson = askByFormat) {
  const model = connect(name);
  const asked = { model, prompt: QUESTION, maxRetries: 0 };
  const execute = async ({ city, unit }) => (assert.deepEqual({ city, unit }, INPUT), '3 °C');
  const tools = { get_weather: tool({ description: 'Looks outside.', inputSchema: Place, execute }) };
  return {
    async text() {
      const answer = await generateText({ ...asked, maxOutputTokens: 50 });
      assert.deepEqual([answer.text, answer.finishReason], [TEXT, 'stop']);
      assert.deepEqual([answer.usage.inputTokens, answer.usage.outputTokens], [11, 9]);
    },
    async stream() {
      const answer = streamText(asked);
      assert.equal((await Array.fromAsync(answer.textStream)).join(''), TEXT);
      assert.equal((await answer.usage).outputTokens, 9);
    },
    async tools() {
      const answer = await generateText({ ...asked, tools, stopWhen: isStepCount(3) });
      assert.deepEqual([answer.steps.length, answer.text], [2, TEXT]);
      const streamed = streamText({ ...asked, tools, stopWhen: isStepCount(3) });
      assert.equal((await Array.fromAsync(streamed.textStream)).join(''), TEXT);
    },
    JSON: () => askForJson(asked),
    async error() {
      const refused = generateText({ ...asked, model: connect(`${name}-limited`) });
      await assert.rejects(refused, (error) => error.statusCode === 429 && /limited/.test(error.message));
    },
  };
}

async function askByFormat(asked) {
  const { output } = await generateText({ ...asked, output: Output.object({ schema: Tally }) });
  assert.deepEqual(output, TALLY);
}

/** For models whose names it does not know, the client makes a tool of the schema and allows one call only. */
async function askByTool(asked) {
  const { output } = await generateText({ ...asked, output: Output.object({ schema: Place }) });
  assert.deepEqual(output, INPUT);
}

const compatible = createOpenAICompatible({
  name: 'reeve',
  apiKey: REEVE_KEY,
  baseURL,
  includeUsage: true,
  supportsStructuredOutputs: true,
});
const openai = createOpenAI({ apiKey: REEVE_KEY, baseURL });
const anthropic = createAnthropic({ apiKey: REEVE_KEY, baseURL });

/** Clients that speak one of Reeve's surfaces, each to be put before every adapter. */
const CLIENTS = {
  'LangChain, chat': (name) =>
    langChainCases(name, (model = name) => {
      const configuration = { baseURL };
      return new ChatOpenAI({ model, apiKey: REEVE_KEY, configuration, maxRetries: 0, useResponsesApi: false });
    }),
  'LangChain, responses': (name) =>
    langChainCases(name, (model = name) => {
      const configuration = { baseURL };
      return new ChatOpenAI({ model, apiKey: REEVE_KEY, configuration, maxRetries: 0, useResponsesApi: true });
    }),
  'LangChain, messages': (name) =>
    langChainCases(name, (model = name) => {
      return new ChatAnthropic({ model, apiKey: REEVE_KEY, anthropicApiUrl: REEVE_URL, maxRetries: 0, maxTokens: 50 });
    }),
  'AI SDK, chat': (name) => aiSdkCases(name, (model) => compatible(model)),
  'AI SDK, responses': (name) => aiSdkCases(name, (model) => openai.responses(model)),
  'AI SDK, messages': (name) => aiSdkCases(name, (model) => anthropic(model), askByTool),
};

const cases = {};
for (const { name: provider } of JSON.parse(PROVIDERS)) {
  for (const [client, make] of Object.entries(CLIENTS)) {
    for (const [name, run] of Object.entries(make(provider))) cases[`${client}: ${name} before ${provider}`] = run;
  }
}

/** The mocks call a tool of this name in two steps. */
const TWICE = { look_twice: tool({ description: 'Looks outside.', inputSchema: Place, execute: async () => '3 °C' }) };

/** As this client does by itself, earlier thoughts come back as references to their ids: it takes them for stored. */
function thoughtCases({ name, thinks }) {
  const thinking = { forceReasoning: true, reasoningEffort: 'high' };
  const asked = { prompt: QUESTION, maxRetries: 0, tools: TWICE, stopWhen: isStepCount(4) };
  const ask = async (make, options) => {
    const answer = await make({ ...asked, model: openai.responses(name), providerOptions: { openai: options } });
    return Promise.all([answer.text, answer.steps]);
  };
  return Object.fromEntries(
    [generateText, streamText].map((make) => [
      `AI SDK, responses: ${make.name} with thoughts and tools before ${name}`,
      async () => {
        if (thinks === 'refused') return;
        for (const stored of [{}, { store: false }]) {
          const [text, steps] = await ask(make, { ...thinking, ...stored });
          // Before Claude this shows that its thoughts came back signed: it thinks on only behind one.
          const shown = thinks === 'never' ? undefined : 'Sticks vary.';
          const thoughts = steps.map(({ reasoningText }) => reasoningText);
          assert.deepEqual([thoughts, text], [[shown, shown, shown], TEXT]);
        }
      },
    ]),
  );
}

for (const facts of JSON.parse(PROVIDERS)) Object.assign(cases, thoughtCases(facts));

/** Gemini signs the calls of its newer models whether asked to think or not, and wants the signatures back. */
const SIGNING = 'google/gemini-3-pro-preview';

async function callsTwice(model) {
  const asked = { model, prompt: QUESTION, maxRetries: 0, tools: TWICE, stopWhen: isStepCount(4) };
  for (const answer of [await generateText(asked), streamText(asked)]) {
    assert.deepEqual([(await answer.steps).length, await answer.text], [3, TEXT]);
    const seen = (await answer.steps).flatMap(({ content }) => content.map(({ type }) => type));
    assert.ok(!seen.includes('reasoning'), String(seen));
  }
}

Object.assign(cases, {
  'AI SDK, chat: tools that were signed': () => callsTwice(compatible(SIGNING)),
  'AI SDK, responses: tools that were signed': () => callsTwice(openai.responses(SIGNING)),
  'AI SDK, messages: tools that were signed': () => callsTwice(anthropic(SIGNING)),
  async 'LangChain, responses: tools that were signed'() {
    await CLIENTS['LangChain, responses'](SIGNING).tools();
  },
  async 'LangChain, messages: tools that were signed'() {
    await CLIENTS['LangChain, messages'](SIGNING).tools();
  },
  async 'AI SDK, responses: references to texts are refused with the mend'() {
    const first = await generateText({ model: openai.responses('google'), prompt: QUESTION, maxRetries: 0 });
    const messages = [
      { role: 'user', content: QUESTION },
      ...first.response.messages,
      { role: 'user', content: 'Why?' },
    ];
    const ask = (providerOptions) =>
      generateText({ model: openai.responses('google'), messages, maxRetries: 0, providerOptions });
    await assert.rejects(ask({}), (error) => error.statusCode === 400 && /"store" to false/.test(error.message));
    assert.equal((await ask({ openai: { store: false } })).text, TEXT);
  },
  async 'LangChain: embeddings'() {
    const configuration = { baseURL };
    const embeddings = new OpenAIEmbeddings({ model: 'openai-embed', apiKey: REEVE_KEY, configuration, maxRetries: 0 });
    assert.deepEqual(await embeddings.embedQuery('one'), [0.25, -0.5, 1]);
  },
  async 'AI SDK: embeddings'() {
    const model = compatible.embeddingModel('google-embed');
    const { embeddings } = await embedMany({ model, values: ['one', 'two'], maxRetries: 0 });
    assert.deepEqual(embeddings[1], [0, 0.125, -1]);
  },
});

await reportCases(cases);
