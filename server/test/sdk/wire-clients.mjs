// The providers' own clients against the mocks of their wires: what they accept, an adapter may be tested against.
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeModelCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { GoogleGenAI } from '@google/genai';
import { Mistral } from '@mistralai/mistralai';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { CohereClientV2, CohereError } from 'cohere-ai';
import OpenAI, { AzureOpenAI } from 'openai';
import { reportCases } from './report-cases.mjs';

const { MOCKS_URL, WIRE_KEY, ACCESS_KEY_ID } = process.env;
const TEXT = 'The stick is split in two: café 🌾 done.';
const THOUGHT = 'Sticks vary.';
const TALLY = { name: 'tally', count: 3 };
const INPUT = { city: 'Oslo', unit: 'celsius' };
const QUESTION = 'What is a tally?';
const schema = { type: 'object', properties: { city: { type: 'string' } } };
const cases = {};

async function fails(promise, findStatus, status) {
  const error = await promise.then(
    () => assert.fail('it did not fail'),
    (thrown) => thrown,
  );
  assert.equal(findStatus(error), status, String(error.stack ?? error));
  return error;
}

// @google/genai

const google = (apiKey = WIRE_KEY) =>
  new GoogleGenAI({ apiKey, apiVersion: 'v1beta', httpOptions: { baseUrl: `${MOCKS_URL}/google` } });
const gemini = (config = {}, contents = QUESTION) => ({ model: 'gemini-2.5-flash', contents, config });
const googleTools = [{ functionDeclarations: [{ name: 'get_weather', parametersJsonSchema: schema }] }];

Object.assign(cases, {
  async 'google: text'() {
    const answer = await google().models.generateContent(gemini({ systemInstruction: 'Be brief.', topK: 3 }));
    assert.equal(answer.text, TEXT);
    assert.equal(answer.candidates[0].finishReason, 'STOP');
    assert.equal(answer.usageMetadata.totalTokenCount, 20);
  },
  async 'google: stream'() {
    let text = '';
    let last = null;
    for await (const chunk of await google().models.generateContentStream(gemini())) {
      text += chunk.text ?? '';
      last = chunk;
    }
    assert.equal(text, TEXT);
    assert.equal(last.candidates[0].finishReason, 'STOP');
    assert.equal(last.usageMetadata.candidatesTokenCount, 9);
  },
  async 'google: tools'() {
    const first = await google().models.generateContent(gemini({ tools: googleTools }));
    const [call] = first.functionCalls;
    assert.deepEqual([call.name, call.args], ['get_weather', INPUT]);
    const contents = [
      { role: 'user', parts: [{ text: QUESTION }] },
      first.candidates[0].content,
      { role: 'user', parts: [{ functionResponse: { name: call.name, response: { output: '3 °C' } } }] },
    ];
    assert.equal((await google().models.generateContent(gemini({ tools: googleTools }, contents))).text, TEXT);
    const [head, ...tail] = contents;
    await fails(google().models.generateContent(gemini({}, [head, tail[1]])), (error) => error.status, 400);
  },
  async 'google: thoughts'() {
    const thinkingConfig = { includeThoughts: true, thinkingBudget: 1024 };
    const streamed = [];
    for await (const chunk of await google().models.generateContentStream(gemini({ thinkingConfig }))) {
      streamed.push(...chunk.candidates[0].content.parts);
    }
    assert.ok(streamed.some((part) => part.thought === true && part.text === THOUGHT));
    assert.ok(streamed.some((part) => part.thoughtSignature !== undefined));
  },
  async 'google: JSON'() {
    const answer = await google().models.generateContent(
      gemini({ responseMimeType: 'application/json', responseJsonSchema: { type: 'object' } }),
    );
    assert.deepEqual(JSON.parse(answer.text), TALLY);
  },
  async 'google: embeddings and count'() {
    const { embeddings } = await google().models.embedContent({ model: 'gemini-embedding-001', contents: ['a', 'b'] });
    assert.deepEqual(
      embeddings.map(({ values }) => values),
      [
        [0.25, -0.5, 1],
        [0, 0.125, -1],
      ],
    );
    const { totalTokens } = await google().models.countTokens({ model: 'gemini-2.5-flash', contents: QUESTION });
    assert.equal(totalTokens, 11);
  },
  async 'google: errors'() {
    const ask = (client, model) => client.models.generateContent({ model, contents: QUESTION });
    const limited = await fails(ask(google(), 'm--limited'), (error) => error.status, 429);
    assert.match(limited.message, /RESOURCE_EXHAUSTED.*7s/s);
    await fails(ask(google(), 'm--overloaded'), (error) => error.status, 503);
    await fails(ask(google('wrong'), 'm'), (error) => error.status, 400);
    const filtered = await ask(google(), 'm--filtered');
    assert.equal(filtered.candidates[0].finishReason, 'SAFETY');
  },
});

// @mistralai/mistralai

const mistral = (apiKey = WIRE_KEY) => new Mistral({ apiKey, serverURL: `${MOCKS_URL}/mistral` });
const small = (more = {}) => ({
  model: 'mistral-small-latest',
  messages: [{ role: 'user', content: QUESTION }],
  ...more,
});
const mistralTools = [{ type: 'function', function: { name: 'get_weather', parameters: schema } }];
const statusOf = (error) => error.statusCode;

Object.assign(cases, {
  async 'mistral: text'() {
    const answer = await mistral().chat.complete(small({ randomSeed: 1, safePrompt: true }));
    assert.equal(answer.choices[0].message.content, TEXT);
    assert.deepEqual([answer.choices[0].finishReason, answer.usage.totalTokens], ['stop', 20]);
  },
  async 'mistral: stream'() {
    let text = '';
    let last = null;
    for await (const { data } of await mistral().chat.stream(small())) {
      text += data.choices[0].delta.content ?? '';
      last = data;
    }
    assert.equal(text, TEXT);
    assert.deepEqual([last.choices[0].finishReason, last.usage.completionTokens], ['stop', 9]);
  },
  async 'mistral: tools'() {
    const first = await mistral().chat.complete(small({ tools: mistralTools, toolChoice: 'any' }));
    const [{ message, finishReason }] = first.choices;
    assert.equal(finishReason, 'tool_calls');
    const [call] = message.toolCalls;
    assert.deepEqual(JSON.parse(call.function.arguments), INPUT);
    const result = { role: 'tool', toolCallId: call.id, content: '3 °C' };
    const messages = [...small().messages, { ...message, role: 'assistant' }, result];
    const second = await mistral().chat.complete(small({ tools: mistralTools, messages }));
    assert.equal(second.choices[0].message.content, TEXT);
    await fails(mistral().chat.complete(small({ messages: [messages[0], result] })), statusOf, 422);
    const pieces = [];
    for await (const { data } of await mistral().chat.stream(small({ tools: mistralTools }))) {
      for (const piece of data.choices[0].delta.toolCalls ?? []) pieces.push(piece.function.arguments);
    }
    assert.deepEqual(JSON.parse(pieces.join('')), INPUT);
  },
  async 'mistral: thoughts'() {
    const answer = await mistral().chat.complete(small({ reasoningEffort: 'high' }));
    const [thinking, text] = answer.choices[0].message.content;
    assert.deepEqual([thinking.type, thinking.thinking[0].text, text.text], ['thinking', THOUGHT, TEXT]);
    const seen = [];
    for await (const { data } of await mistral().chat.stream(small({ reasoningEffort: 'high' }))) {
      if (Array.isArray(data.choices[0].delta.content)) seen.push(...data.choices[0].delta.content);
    }
    assert.equal(seen[0].thinking[0].text, THOUGHT);
  },
  async 'mistral: JSON'() {
    const answer = await mistral().chat.complete(small({ responseFormat: { type: 'json_object' } }));
    assert.deepEqual(JSON.parse(answer.choices[0].message.content), TALLY);
  },
  async 'mistral: embeddings and moderations'() {
    const { data } = await mistral().embeddings.create({ model: 'mistral-embed', inputs: ['a', 'b'] });
    assert.deepEqual(data[1].embedding, [0, 0.125, -1]);
    const { results } = await mistral().classifiers.moderate({ model: 'mistral-moderation-latest', inputs: ['a'] });
    assert.equal(results[0].categories.pii, true);
  },
  async 'mistral: errors'() {
    await fails(mistral().chat.complete(small({ model: 'm--limited' })), statusOf, 429);
    await fails(mistral().chat.complete(small({ model: 'm--overloaded' })), statusOf, 503);
    await fails(mistral('wrong').chat.complete(small()), statusOf, 401);
  },
});

// cohere-ai

const cohere = (token = WIRE_KEY) => new CohereClientV2({ token, environment: `${MOCKS_URL}/cohere`, maxRetries: 0 });
const command = (more = {}) => ({
  model: 'command-a-03-2025',
  messages: [{ role: 'user', content: QUESTION }],
  ...more,
});
const events = async (request) => Array.fromAsync(await cohere().chatStream(request));

Object.assign(cases, {
  async 'cohere: text'() {
    const answer = await cohere().chat(command({ k: 3, p: 0.5 }));
    assert.equal(answer.message.content[0].text, TEXT);
    assert.deepEqual([answer.finishReason, answer.usage.billedUnits.inputTokens], ['COMPLETE', 11]);
  },
  async 'cohere: stream'() {
    const seen = await events(command());
    const text = seen.map((event) => (event.type === 'content-delta' ? event.delta.message.content.text : ''));
    assert.equal(text.join(''), TEXT);
    assert.equal(seen[0].type, 'message-start');
    assert.deepEqual([seen.at(-1).type, seen.at(-1).delta.finishReason], ['message-end', 'COMPLETE']);
    assert.equal(seen.at(-1).delta.usage.billedUnits.outputTokens, 9);
  },
  async 'cohere: tools'() {
    const tools = mistralTools;
    const first = await cohere().chat(command({ tools }));
    assert.equal(first.finishReason, 'TOOL_CALL');
    const [call] = first.message.toolCalls;
    assert.deepEqual(JSON.parse(call.function.arguments), INPUT);
    const result = { role: 'tool', toolCallId: call.id, content: '3 °C' };
    const assistant = { role: 'assistant', toolCalls: first.message.toolCalls };
    const second = await cohere().chat(command({ tools, messages: [...command().messages, assistant, result] }));
    assert.equal(second.message.content[0].text, TEXT);
    const seen = await events(command({ tools }));
    const pieces = seen.filter(({ type }) => type === 'tool-call-delta');
    assert.deepEqual(JSON.parse(pieces.map(({ delta }) => delta.message.toolCalls.function.arguments).join('')), INPUT);
  },
  async 'cohere: thoughts'() {
    const answer = await cohere().chat(command({ thinking: { type: 'enabled' } }));
    assert.deepEqual(answer.message.content[0], { type: 'thinking', thinking: THOUGHT });
    const seen = await events(command({ thinking: { type: 'enabled' } }));
    assert.ok(seen.some(({ delta }) => delta?.message?.content?.thinking === THOUGHT));
  },
  async 'cohere: JSON'() {
    const answer = await cohere().chat(command({ responseFormat: { type: 'json_object' } }));
    assert.deepEqual(JSON.parse(answer.message.content[0].text), TALLY);
  },
  async 'cohere: embeddings and rerank'() {
    const { embeddings } = await cohere().embed({
      model: 'embed-v4.0',
      texts: ['a', 'b'],
      inputType: 'search_document',
      embeddingTypes: ['float'],
    });
    assert.deepEqual(embeddings.float[0], [0.25, -0.5, 1]);
    const { results } = await cohere().rerank({ model: 'rerank-v3.5', query: 'q', documents: ['a', 'b'], topN: 1 });
    assert.deepEqual(results, [{ index: 1, relevanceScore: 0.2 }]);
  },
  async 'cohere: errors'() {
    const status = (error) => (error instanceof CohereError ? error.statusCode : String(error));
    await fails(cohere().chat(command({ model: 'm--limited' })), status, 429);
    await fails(cohere().chat(command({ model: 'm--overloaded' })), status, 503);
    await fails(cohere('wrong').chat(command()), status, 401);
  },
});

// @aws-sdk/client-bedrock-runtime

const bedrock = (secretAccessKey = WIRE_KEY) =>
  new BedrockRuntimeClient({
    region: 'eu-central-1',
    endpoint: `${MOCKS_URL}/bedrock`,
    credentials: { accessKeyId: ACCESS_KEY_ID, secretAccessKey },
    maxAttempts: 1,
    // Unless told otherwise it speaks HTTP/2, even without TLS.
    requestHandler: new NodeHttpHandler(),
  });
const modelId = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0';
const converse = (more = {}) => ({ modelId, messages: [{ role: 'user', content: [{ text: QUESTION }] }], ...more });
const toolConfig = { tools: [{ toolSpec: { name: 'get_weather', inputSchema: { json: schema } } }] };
const bedrockEvents = async (request) =>
  Array.fromAsync((await bedrock().send(new ConverseStreamCommand(request))).stream);
const thinkingFields = { additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1024 } } };

Object.assign(cases, {
  async 'bedrock: text'() {
    const answer = await bedrock().send(new ConverseCommand(converse({ system: [{ text: 'Be brief.' }] })));
    assert.equal(answer.output.message.content[0].text, TEXT);
    assert.deepEqual([answer.stopReason, answer.usage.totalTokens], ['end_turn', 20]);
  },
  async 'bedrock: stream'() {
    const seen = await bedrockEvents(converse());
    assert.equal(seen.map((event) => event.contentBlockDelta?.delta.text ?? '').join(''), TEXT);
    assert.equal(seen.find((event) => event.messageStop).messageStop.stopReason, 'end_turn');
    assert.equal(seen.at(-1).metadata.usage.outputTokens, 9);
  },
  async 'bedrock: tools'() {
    const first = await bedrock().send(new ConverseCommand(converse({ toolConfig })));
    const [{ toolUse }] = first.output.message.content;
    assert.deepEqual([first.stopReason, toolUse.name, toolUse.input], ['tool_use', 'get_weather', INPUT]);
    const toolResult = { toolUseId: toolUse.toolUseId, content: [{ text: '3 °C' }] };
    const messages = [...converse().messages, first.output.message, { role: 'user', content: [{ toolResult }] }];
    const second = await bedrock().send(new ConverseCommand(converse({ toolConfig, messages })));
    assert.equal(second.output.message.content[0].text, TEXT);
    const bare = bedrock().send(new ConverseCommand(converse({ messages })));
    await fails(bare, (error) => error.name, 'ValidationException');
    const seen = await bedrockEvents(converse({ toolConfig }));
    const pieces = seen.map((event) => event.contentBlockDelta?.delta.toolUse?.input ?? '');
    assert.deepEqual(JSON.parse(pieces.join('')), INPUT);
  },
  async 'bedrock: thoughts'() {
    const answer = await bedrock().send(new ConverseCommand(converse(thinkingFields)));
    const [{ reasoningContent }] = answer.output.message.content;
    assert.equal(reasoningContent.reasoningText.text, THOUGHT);
    const seen = await bedrockEvents(converse(thinkingFields));
    const pieces = seen.flatMap((event) => event.contentBlockDelta?.delta.reasoningContent ?? []);
    assert.deepEqual(pieces, [{ text: THOUGHT }, { signature: reasoningContent.reasoningText.signature }]);
  },
  async 'bedrock: embeddings and count'() {
    const body = JSON.stringify({ inputText: 'a' });
    const invoked = await bedrock().send(new InvokeModelCommand({ modelId: 'amazon.titan-embed-text-v2:0', body }));
    assert.deepEqual(JSON.parse(new TextDecoder().decode(invoked.body)).embedding, [0.25, -0.5, 1]);
    const { modelId: id, ...input } = converse();
    const counted = await bedrock().send(new CountTokensCommand({ modelId: id, input: { converse: input } }));
    assert.equal(counted.inputTokens, 11);
  },
  async 'bedrock: errors'() {
    const ask = (client, id) => client.send(new ConverseCommand(converse({ modelId: id })));
    await fails(ask(bedrock(), 'm--limited'), (error) => error.name, 'ThrottlingException');
    await fails(ask(bedrock(), 'm--overloaded'), (error) => error.name, 'ServiceUnavailableException');
    await fails(ask(bedrock('wrong'), modelId), (error) => error.$metadata.httpStatusCode, 403);
    assert.equal((await ask(bedrock(), 'm--filtered')).stopReason, 'content_filtered');
  },
});

// @anthropic-ai/sdk and openai, whose wires Reeve's own surfaces speak too

const anthropic = new Anthropic({ apiKey: WIRE_KEY, baseURL: `${MOCKS_URL}/anthropic`, maxRetries: 0 });
const openai = new OpenAI({ apiKey: WIRE_KEY, baseURL: `${MOCKS_URL}/openai/v1`, maxRetries: 0 });
const azure = new AzureOpenAI({
  apiKey: WIRE_KEY,
  endpoint: `${MOCKS_URL}/azure`,
  apiVersion: '2024-10-21',
  maxRetries: 0,
});

Object.assign(cases, {
  async 'anthropic: message with a thought'() {
    const asked = {
      model: 'claude-sonnet-4-5',
      max_tokens: 4000,
      thinking: { type: 'enabled', budget_tokens: 1024 },
      messages: [{ role: 'user', content: QUESTION }],
    };
    const plain = await anthropic.messages.create(asked);
    const streamed = await anthropic.messages.stream(asked).finalMessage();
    assert.deepEqual(
      streamed.content.map(({ type }) => type),
      ['thinking', 'text'],
    );
    assert.equal(streamed.content[0].signature, plain.content[0].signature);
    assert.equal(streamed.content[1].text, plain.content[1].text);
  },
  async 'openai: response'() {
    const plain = await openai.responses.create({ model: 'gpt', input: QUESTION });
    const streamed = await openai.responses.stream({ model: 'gpt', input: QUESTION }).finalResponse();
    assert.deepEqual([plain.output_text, streamed.output_text], [TEXT, TEXT]);
  },
  async 'azure: chat'() {
    const asked = { model: 'gpt', messages: [{ role: 'user', content: QUESTION }] };
    assert.equal((await azure.chat.completions.create(asked)).choices[0].message.content, TEXT);
  },
});

await reportCases(cases);
