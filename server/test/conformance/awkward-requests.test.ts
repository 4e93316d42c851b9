/**
 * Requests that one wire takes and another does not in the same shape: before each provider's strict mock they must come
 * out as something that it takes. Where the wires agree the caller's own bytes go on, and nothing is asked here.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postJson, sseData } from '../rigs/api.ts';
import { startMockWires, type MockWires } from '../rigs/mock-wires/start-mock-wires.ts';
import { SIGNATURE, WIRE_KEY } from '../rigs/mock-wires/wire.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';
import { MATRIX } from './matrix-config.ts';

const user = { role: 'user', content: 'What is a tally?' };
const tool = { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } };
const called = (id: string, content: string | null = null) => [
  user,
  { role: 'assistant', content, tool_calls: [{ id, type: 'function', function: { name: 'look', arguments: '{}' } }] },
  { role: 'tool', tool_call_id: id, content: 'A stick.' },
];
const image = { type: 'image_url', image_url: { url: 'data:image/jpg;base64,AAAA' } };

const CHATS: Readonly<Record<string, object>> = {
  'no tools, and a choice among them': { messages: [user], tools: [], tool_choice: 'auto', parallel_tool_calls: true },
  'one call of a tool at most': { messages: [user], tools: [tool], parallel_tool_calls: false },
  'a JSON object of any shape': {
    messages: [{ role: 'user', content: 'What is a tally? Answer in JSON.' }],
    response_format: { type: 'json_object' },
  },
  'ids with dots and colons': { messages: called('functions.look:0'), tools: [tool] },
  'very long ids': { messages: called('call_'.padEnd(80, 'x')), tools: [tool] },
  'a tool call beside an empty text': { messages: called('call_1', ''), tools: [tool] },
  'a tool call beside a blank text': { messages: called('call_1', ' \n'), tools: [tool] },
  'a blank answer in the history': { messages: [user, { role: 'assistant', content: ' \n' }, user] },
  'a greeting before the first question': { messages: [{ role: 'assistant', content: 'Good day!' }, user] },
  'an empty answer in the history': { messages: [user, { role: 'assistant', content: '' }, user] },
  'a question behind the result of a tool': { messages: [...called('call_1'), user], tools: [tool] },
  'speakers with names': {
    messages: [
      { ...user, name: 'Ann' },
      { role: 'assistant', content: 'A stick.', name: 'helper' },
      { ...user, name: 'user' },
    ],
  },
  'an answer whose text holds its whole message': {
    messages: called('call_1').map((message) =>
      message.role === 'assistant'
        ? { ...message, content: [{ type: 'text', text: 'I look.', ...message, content: undefined }] }
        : message,
    ),
    tools: [tool],
  },
  'instructions alone': { messages: [{ role: 'system', content: 'Say something of tallies.' }] },
  'instructions in the middle': {
    messages: [user, { role: 'assistant', content: 'A stick.' }, { role: 'developer', content: 'Be brief.' }, user],
  },
  'instructions behind the result of a tool': {
    messages: [...called('call_1'), { role: 'system', content: 'Be brief.' }],
    tools: [tool],
  },
  'both samplers, one at its default': { messages: [user], temperature: 0.5, top_p: 1 },
  'both samplers, the other at its default': { messages: [user], temperature: 1, top_p: 0.5 },
  'both samplers set': { messages: [user], temperature: 0.5, top_p: 0.9 },
  'nothing to stop at': { messages: [user], stop: [] },
  'no cut among the words': { messages: [user], top_p: 1 },
};

const THOUGHTS: Readonly<Record<string, object>> = {
  'a thought before a tool that must be called': {
    messages: [user],
    tools: [tool],
    tool_choice: { type: 'function', function: { name: 'look' } },
    reasoning_effort: 'medium',
  },
};

const bounded = {
  type: 'object',
  properties: {
    age: { type: 'integer', minimum: 0 },
    names: { type: 'array', items: { type: 'string' }, maxItems: 3 },
  },
  required: ['age'],
};
const SCHEMAS: Readonly<Record<string, object>> = {
  'a schema with bounds that is not closed': {
    messages: [user],
    response_format: { type: 'json_schema', json_schema: { name: 'person', schema: bounded } },
  },
  'a strict tool with bounds that is not closed': {
    messages: [user],
    tools: [{ type: 'function', function: { name: 'look', parameters: bounded, strict: true } }],
  },
};

const IMAGES: Readonly<Record<string, object>> = {
  'an image that calls itself jpg': { messages: [{ role: 'user', content: [{ type: 'text', text: 'Look:' }, image] }] },
};

const block = { type: 'tool_use', id: 'toolu_'.padEnd(60, 'x'), name: 'look', input: {} };
const result = { type: 'tool_result', tool_use_id: block.id, content: 'A stick.' };
const ownTool = { name: 'look', input_schema: { type: 'object', properties: {} } };

const MESSAGES: Readonly<Record<string, object>> = {
  'no tools, and a choice among them': { messages: [user], tools: [], tool_choice: { type: 'auto' } },
  'one call of a tool at most': {
    messages: [user],
    tools: [ownTool],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
  },
  'nothing to stop at': { messages: [user], stop_sequences: [] },
  'an empty text before a tool call': {
    messages: [
      user,
      { role: 'assistant', content: [{ type: 'text', text: '' }, block] },
      { role: 'user', content: [result] },
    ],
    tools: [ownTool],
  },
  'a question beside the result of a tool': {
    messages: [
      user,
      { role: 'assistant', content: [block] },
      { role: 'user', content: [result, { type: 'text', text: 'And now?' }] },
    ],
    tools: [ownTool],
  },
};

const RESPONSES: Readonly<Record<string, object>> = {
  'no tools, and a choice among them': { input: 'Hi.', tools: [], tool_choice: 'auto', parallel_tool_calls: true },
};

const pixel = { type: 'base64', media_type: 'image/png', data: 'AAAA' };
const second = { ...block, id: 'toolu_2' };
const shown = { ...result, content: [{ type: 'image', source: pixel }] };

/** As agents send screenshots and the images that they read. */
const SHOWN_MESSAGES: Readonly<Record<string, object>> = {
  'an image as the result of a tool': {
    messages: [user, { role: 'assistant', content: [block] }, { role: 'user', content: [shown] }],
    tools: [ownTool],
  },
  'images among the results of several tools': {
    messages: [
      user,
      { role: 'assistant', content: [block, second] },
      {
        role: 'user',
        content: [
          shown,
          { ...shown, tool_use_id: second.id, content: [{ type: 'text', text: 'A stick.' }, ...shown.content] },
          { type: 'text', text: 'And now?' },
        ],
      },
    ],
    tools: [ownTool],
  },
};

const itemOf = (id: string) => ({ type: 'function_call', call_id: id, name: 'look', arguments: '{}' });
const outputOf = (id: string) => ({
  type: 'function_call_output',
  call_id: id,
  output: [{ type: 'input_image', image_url: 'data:image/png;base64,AAAA' }],
});

const SHOWN_RESPONSES: Readonly<Record<string, object>> = {
  'images as the results of tools': {
    input: [user, itemOf('call_1'), itemOf('call_2'), outputOf('call_1'), outputOf('call_2')],
    tools: [{ type: 'function', name: 'look', parameters: { type: 'object', properties: {} } }],
  },
};

const OPENAI = ['openai', 'compatible', 'azure', 'azure-dated'];
const OTHERS = ['anthropic', 'google', 'mistral', 'cohere', 'bedrock'];
/** Cohere takes texts alone as results. */
const SHOWN_TO = [...OPENAI, ...OTHERS].filter((provider) => provider !== 'cohere');
const WITH_RESPONSES = new Set(['openai', 'azure', 'azure-dated']);

let mocks: MockWires;
let reeve: WholeReeve;

beforeAll(async () => {
  mocks = await startMockWires();
  const providers = [...OPENAI, ...OTHERS].map((name) => {
    const { path = '', entry = '' } = MATRIX[name] ?? {};
    const secret = name === 'bedrock' ? 'secret_access_key' : 'api_key';
    return `  ${name}: { ${entry}, base_url: "${mocks.origin}${path}", ${secret}: ${WIRE_KEY} }`;
  });
  reeve = await startReeve({ config: ['providers:', ...providers].join('\n') });
});

afterAll(async () => {
  await reeve?.close();
  await mocks?.stop();
});

async function expectTaken(path: string, provider: string, fields: object): Promise<void> {
  const answer = await postJson(reeve, path, { model: `${provider}/${MATRIX[provider]?.chat}`, ...fields });
  await expectGood(answer);
}

async function expectGood(answer: Response): Promise<void> {
  expect([answer.status, answer.status === 200 ? '' : await answer.text()]).toEqual([200, '']);
}

const cross = (providers: readonly string[], requests: Readonly<Record<string, object>>) =>
  providers.flatMap((provider) => Object.entries(requests).map(([name, fields]) => [provider, name, fields] as const));

describe('a chat of OpenAI’s wire', () => {
  it.each(cross(OTHERS, CHATS))('reaches %s with %s', (provider, _name, fields) =>
    expectTaken('/v1/chat/completions', provider, fields),
  );
  it.each(cross(['anthropic', 'google', 'mistral', 'bedrock'], THOUGHTS))(
    'reaches %s with %s',
    (provider, _name, fields) => expectTaken('/v1/chat/completions', provider, fields),
  );
  it.each(cross(OTHERS, SCHEMAS))('reaches %s with %s', (provider, _name, fields) =>
    expectTaken('/v1/chat/completions', provider, fields),
  );
  it.each(cross(['anthropic', 'google', 'bedrock'], IMAGES))('reaches %s with %s', (provider, _name, fields) =>
    expectTaken('/v1/chat/completions', provider, fields),
  );
});

/** From this generation on a call that comes back without its signature is marked as another model's. */
const GEMINI_3 = 'google/gemini-3-pro-preview';

describe('a tool call that Gemini signed', () => {
  interface Spoken {
    choices: { message: { tool_calls?: ToolCall[] }; delta: { tool_calls?: ToolCall[] } }[];
  }
  type ToolCall = Readonly<Record<string, unknown>> & { id: string };

  /** Put together as clients do: what a later chunk says of a call stands beside what an earlier one said. */
  function readStreamed(text: string): ToolCall[] {
    const frames = sseData(text).filter((data) => data !== '[DONE]');
    const chunks = frames.map((data): Spoken => JSON.parse(data));
    const calls = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []);
    return calls.length === 0 ? [] : [Object.assign({ id: '' }, ...calls)];
  }

  it.each([false, true])('goes back with its signature, streamed: %s', async (stream) => {
    const ask = (messages: object[], asked: object) =>
      postJson(reeve, '/v1/chat/completions', { model: GEMINI_3, messages, tools: [tool], ...asked });
    const said = await (await ask([user], { stream })).text();
    const calls = stream ? readStreamed(said) : (JSON.parse(said) as Spoken).choices[0]?.message.tool_calls;
    const [call] = calls ?? [];
    expect(call).toMatchObject({ extra_content: { google: { thought_signature: SIGNATURE } } });
    const answered = { role: 'tool', tool_call_id: call?.id, content: 'A stick.' };
    const next = await ask([user, { role: 'assistant', content: null, tool_calls: calls }, answered], {});
    await expectGood(next);
  });

  it.each([false, true])('shows no thought to a message that asked for none, streamed: %s', async (stream) => {
    const ask = (messages: object[], asked: object) =>
      postJson(reeve, '/v1/messages', { model: GEMINI_3, max_tokens: 64, messages, tools: [ownTool], ...asked });
    const said = await (await ask([user], { stream })).text();
    const content = stream ? readStreamedBlocks(said) : (JSON.parse(said) as { content: Block[] }).content;
    expect(content).toMatchObject([{ type: 'tool_use', name: 'look' }]);
    const answered = { type: 'tool_result', tool_use_id: content[0]?.id, content: 'A stick.' };
    const next = await ask([user, { role: 'assistant', content }, { role: 'user', content: [answered] }], {});
    await expectGood(next);
  });

  interface Block {
    type: string;
    id?: string;
  }

  function readStreamedBlocks(text: string): Block[] {
    const events = sseData(text).map((data): { content_block?: Block } => JSON.parse(data));
    return events.flatMap((event) => event.content_block ?? []);
  }
});

describe('a message of Anthropic’s wire', () => {
  it.each(cross([...OPENAI, ...OTHERS.slice(1)], MESSAGES))('reaches %s with %s', (provider, _name, fields) =>
    expectTaken('/v1/messages', provider, { max_tokens: 64, ...fields }),
  );
  it.each(cross(SHOWN_TO, SHOWN_MESSAGES))('reaches %s with %s', (provider, _name, fields) =>
    expectTaken('/v1/messages', provider, { max_tokens: 64, ...fields }),
  );
});

describe('a request of OpenAI’s newer wire', () => {
  const chatting = [...OPENAI, ...OTHERS].filter((provider) => !WITH_RESPONSES.has(provider));
  it.each(cross(chatting, RESPONSES))('reaches %s with %s', (provider, _name, fields) =>
    expectTaken('/v1/responses', provider, fields),
  );
  it.each(cross(SHOWN_TO, SHOWN_RESPONSES))('reaches %s with %s', (provider, _name, fields) =>
    expectTaken('/v1/responses', provider, fields),
  );
});
