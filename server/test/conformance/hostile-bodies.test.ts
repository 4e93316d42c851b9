/** Bodies that no client should send: each gets a named error in the surface's shape, and the next request is served. */
import assert from 'node:assert/strict';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ask, expectJson, postJson } from '../rigs/api.ts';
import { MOCK_TEXT } from '../rigs/mock-answers.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { rawRequest, sendRaw, type RawOptions, type RawReply } from '../rigs/raw-http.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';

let mock: MockProvider;
let reeve: WholeReeve;
const MEBIBYTE = 1024 * 1024;
const CHAT = '/v1/chat/completions';
const USER = [{ role: 'user', content: 'hello' }];

interface OpenAiError {
  error: { message: string; type: string; param: string | null; code: string };
}

beforeAll(async () => {
  mock = await startMockProvider();
  reeve = await startReeve({ config: mockConfig(mock) });
});

afterEach(async () => {
  const answer = await expectJson<{ choices: { message: { content: string } }[] }>(await ask(reeve, 'good'), 200);
  assert.equal(answer.choices[0]?.message.content, MOCK_TEXT);
});

afterAll(async () => {
  await reeve?.close();
  await mock?.stop();
});

function send(
  body: Buffer | string,
  headers: Record<string, string> = {},
  options: RawOptions = {},
): Promise<RawReply> {
  const all = { authorization: `Bearer ${reeve.key}`, 'content-type': 'application/json', ...headers };
  return sendRaw(reeve.port, rawRequest(CHAT, all, body), options);
}

function expectError(reply: RawReply, status: number, code: string): OpenAiError['error'] {
  expect({ status: reply.status, body: reply.body.slice(0, 300) }).toMatchObject({ status });
  expect(reply.headers['content-type']).toMatch(/^application\/json/);
  const { error } = JSON.parse(reply.body) as OpenAiError;
  expect(Object.keys(error).toSorted()).toEqual(['code', 'message', 'param', 'type']);
  expect(error).toMatchObject({ code, type: 'invalid_request_error' });
  expect(error.message).not.toBe('');
  return error;
}

test.each(['gzip', 'br', 'nonsense'])('a body under content-encoding %s', async (coding) => {
  const { message } = expectError(await send('{}', { 'content-encoding': coding }), 415, 'unsupported_media_type');
  expect(message).toContain('content-encoding');
});

describe('what is not JSON', () => {
  test.for([
    ['nothing', ''],
    ['half an object', '{"model":"good","messages":['],
    ['two objects', '{}{}'],
    ['a trailing comma', '{"model":"good",}'],
    ['single quotes', "{'model':'good'}"],
    ['a comment', '{"model":"good"/* */}'],
    ['a control character in a string', '{"model":"go\u0001od"}'],
    ['NaN', '{"model":"good","temperature":NaN}'],
    ['an unclosed string', '{"model":"good'],
    ['only white space', '   \n '],
  ] as const)('%s', async ([, body]) => {
    expectError(await send(body), 400, 'malformed_json');
  });

  test('bytes that are not UTF-8', async () => {
    const body = Buffer.from('{"model":"good","messages":[{"role":"user","content":"caf\u00e9"}]}', 'latin1');
    expectError(await send(body), 400, 'invalid_utf8');
    const overlong = Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xc0, 0x80]), Buffer.from('"}')]);
    expectError(await send(overlong), 400, 'invalid_utf8');
  });

  test('a compressed body', async () => {
    const reply = await send(Buffer.from([0x1f, 0x8b, 0x08, 0x00]), { 'content-encoding': 'gzip' });
    expect([400, 415]).toContain(reply.status);
  });
});

describe('what nests too deep', () => {
  const deep = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);

  test.for([
    ['arrays in an unknown field', `{"model":"good","messages":[],"x":${deep('[', ']', 100_000)}}`],
    ['objects', `{"model":"good","x":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`],
    ['brackets that never close', '['.repeat(1_000_000)],
  ] as const)('%s', async ([, body]) => {
    const startedMs = performance.now();
    expectError(await send(body), 400, 'nesting_too_deep');
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });

  test('depth that people use passes', async () => {
    const schema = `${'{"properties":{"a":'.repeat(30)}{"type":"string"}${'}}'.repeat(30)}`;
    const reply = await send(`{"model":"good","messages":${JSON.stringify(USER)},"metadata_schema":${schema}}`);
    expect(reply.status).toBe(200);
  });
});

describe('fields given twice', () => {
  test.for([
    ['model', '{"model":"good","messages":[{"role":"user","content":"a"}],"model":"other"}'],
    ['stream', '{"model":"good","stream":false,"messages":[{"role":"user","content":"a"}],"stream":true}'],
    ['messages', '{"messages":[],"model":"good","messages":[{"role":"user","content":"a"}]}'],
    ['tools', '{"model":"good","tools":[],"messages":[{"role":"user","content":"a"}],"tools":[]}'],
    [
      'model, once escaped',
      String.raw`{"model":"good","messages":[{"role":"user","content":"a"}],"mod\u0065l":"other"}`,
    ],
  ] as const)('%s', async ([, body]) => {
    expectError(await send(body), 400, 'duplicate_field');
  });

  test('a field that only looks like one, inside a message', async () => {
    const reply = await send('{"model":"good","messages":[{"role":"user","content":"\\"model\\":","model":"x"}]}');
    expect(reply.status).toBe(200);
  });
});

describe('wrong types', () => {
  test.for([
    ['an array', [], null],
    ['a text', 'good', null],
    ['null', null, null],
    ['no model', { messages: USER }, 'model'],
    ['a number for a model', { model: 7, messages: USER }, 'model'],
    ['no messages', { model: 'good' }, 'messages'],
    ['messages that are a text', { model: 'good', messages: 'hello' }, 'messages'],
    ['no message', { model: 'good', messages: [] }, 'messages'],
    ['a message that is a text', { model: 'good', messages: ['hello'] }, 'messages[0]'],
    ['a message without a role', { model: 'good', messages: [{ content: 'hello' }] }, 'messages[0].role'],
    ['a number for a content', { model: 'good', messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    ['a text for stream', { model: 'good', messages: USER, stream: 'yes' }, 'stream'],
    ['a text for max_tokens', { model: 'good', messages: USER, max_tokens: 'many' }, 'max_tokens'],
    ['negative max_tokens', { model: 'good', messages: USER, max_tokens: -5 }, 'max_tokens'],
    ['a text for temperature', { model: 'good', messages: USER, temperature: 'hot' }, 'temperature'],
    ['tools that are no list', { model: 'good', messages: USER, tools: {} }, 'tools'],
    ['no choices', { model: 'good', messages: USER, n: 0 }, 'n'],
  ] as const)('%s', async ([, body, param]) => {
    const error = expectError(await send(JSON.stringify(body)), 400, 'invalid_request');
    expect(error.param).toBe(param);
  });

  test.for([
    ['no input', { model: 'embed' }],
    ['a number for an input', { model: 'embed', input: 7 }],
    ['an empty list', { model: 'embed', input: [] }],
    ['a mixed list', { model: 'embed', input: ['a', 7] }],
    ['an encoding that does not exist', { model: 'embed', input: 'a', encoding_format: 'hex' }],
  ] as const)('embeddings: %s', async ([, body]) => {
    const { error } = await expectJson<OpenAiError>(await postJson(reeve, '/v1/embeddings', body), 400);
    expect(error).toMatchObject({ code: 'invalid_request', type: 'invalid_request_error' });
  });

  test('a number that JSON knows and no machine does', async () => {
    const reply = await send('{"model":"good","messages":[{"role":"user","content":"a"}],"max_tokens":1e400}');
    expectError(reply, 400, 'invalid_request');
  });

  test('names of the language itself change nothing', async () => {
    const reply = await send(
      '{"__proto__":{"stream":true},"constructor":{"prototype":{"x":1}},"model":"good","messages":[{"role":"user","content":"a"}]}',
    );
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toMatch(/json/);
  });

  test('half a surrogate pair is a text like any other', async () => {
    const reply = await send(String.raw`{"model":"good","messages":[{"role":"user","content":"\ud83c"}]}`);
    expect(reply.status).toBe(200);
  });
});

describe('models', () => {
  test('an unknown model is told the aliases of this key', async () => {
    const reply = await send(JSON.stringify({ model: 'gpt-99', messages: USER }));
    expect(expectError(reply, 404, 'model_not_found').message).toMatch(/good.*embed|embed.*good/);
  });

  test.for([
    ['a megabyte of a name', 'm'.repeat(MEBIBYTE)],
    ['line breaks', 'good\r\nx-evil: 1'],
    ['a path', '../../etc/passwd'],
    ['a provider that does not exist', 'nobody/good'],
    ['nothing behind the stroke', 'mock/'],
    ['the name of an inherited property', 'constructor'],
    ['NUL', 'good\0'],
  ] as const)('%s', async ([, model]) => {
    const reply = await send(JSON.stringify({ model, messages: USER }));
    expectError(reply, 404, 'model_not_found');
    expect(reply.headers['x-evil']).toBeUndefined();
    expect(reply.body.length).toBeLessThan(4096);
  });
});

describe('size, type and speed', () => {
  test.for(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/html'])(
    'content type %s',
    async (type) => {
      expectError(await send('{}', { 'content-type': type }), 415, 'unsupported_media_type');
    },
  );

  test('JSON with a charset is JSON', async () => {
    const reply = await send(JSON.stringify({ model: 'good', messages: USER }), {
      'content-type': 'application/json; charset=utf-8',
    });
    expect(reply.status).toBe(200);
  });

  test('50 MB with a length are refused before they are read', async () => {
    const reply = await send(Buffer.alloc(50 * MEBIBYTE, 'a'));
    expectError(reply, 413, 'body_too_large');
  });

  test('50 MB in chunks, eight at once, are refused without being kept', async () => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => sendRaw(reeve.port, chunkedRequest(50))));
    for (const reply of replies) expectError(reply, 413, 'body_too_large');
  });

  test('a large body within the limit passes whole', async () => {
    const content = 'é'.repeat(4 * MEBIBYTE);
    const reply = await send(JSON.stringify({ model: 'good', messages: [{ role: 'user', content }] }));
    expect(reply.status).toBe(200);
    const sent = JSON.parse(mock.requests.at(-1)?.body.toString('utf8') ?? '') as { messages: { content: string }[] };
    expect(sent.messages[0]?.content.length).toBe(content.length);
  });

  test('head and body one byte at a time', async () => {
    const body = JSON.stringify({ model: 'good', messages: [{ role: 'user', content: 'é🌾' }] });
    const reply = await send(body, {}, { pieceBytes: 1, pauseMs: 1 });
    expect(reply.status).toBe(200);
    expect(reply.body).toContain('café');
  });
});

function chunkedRequest(mebibytes: number): Buffer {
  const head = [
    `POST ${CHAT} HTTP/1.1`,
    'host: reeve',
    `authorization: Bearer ${reeve.key}`,
    'content-type: application/json',
    'transfer-encoding: chunked',
    '\r\n',
  ].join('\r\n');
  const chunk = Buffer.concat([
    Buffer.from(`${MEBIBYTE.toString(16)}\r\n`),
    Buffer.alloc(MEBIBYTE, 'a'),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([
    Buffer.from(head),
    ...Array.from({ length: mebibytes }, () => chunk),
    Buffer.from('0\r\n\r\n'),
  ]);
}

describe('bodies of management routes', () => {
  const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(reeve.baseUrl + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  const codeOf = async (reply: Response): Promise<unknown> => ((await reply.json()) as { code: string }).code;

  test('of anybody: sixteen kilobytes at most', async () => {
    const reply = await post('/api/v1/sign-in', JSON.stringify({ email: 'x'.repeat(17_000), password: 'y' }));
    expect([reply.status, await codeOf(reply)]).toEqual([413, 'body_too_large']);
  });

  test('with a key: four megabytes at most', async () => {
    const key = { authorization: `Bearer ${reeve.key}` };
    const reply = await post('/api/v1/keys', JSON.stringify({ name: 'x'.repeat(4 * MEBIBYTE) }), key);
    expect([reply.status, await codeOf(reply)]).toEqual([413, 'body_too_large']);
  });

  test('of a hundred thousand unknown fields: refused without a look at each', async () => {
    const body = Object.fromEntries(Array.from({ length: 100_000 }, (_none, index) => [`f${index}`, 1]));
    const reply = await post('/api/v1/keys', JSON.stringify(body), { authorization: `Bearer ${reeve.key}` });
    const { code, detail } = (await reply.json()) as { code: string; detail: string };
    expect([reply.status, code]).toEqual([400, 'invalid_request']);
    expect(detail).toContain('too large');
  });
});
