/**
 * The upstream of the bench, a process of its own: checks key and body, answers at once on the wire of the path. Prints
 * its port.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  messageAnswer,
  messageBodies,
  messageChunk,
  messageEnd,
  MESSAGES_PATH,
  messageStart,
} from './anthropic-traffic.ts';
import {
  CHUNKS_PER_STREAM,
  closingChunks,
  findTranslatedShape,
  hashBytes,
  hashMeaning,
  PACED_CHUNK_MS,
  plainAnswer,
  requestBodies,
  SHAPES,
  streamChunk,
  UPSTREAM_KEY,
  type Shape,
} from './traffic.ts';

const known = new Map<string, Shape>();
for (const shape of SHAPES) {
  for (const body of requestBodies(shape)) {
    known.set(hashBytes(body), shape);
    known.set(hashMeaning(body), shape);
  }
  for (const body of messageBodies(shape)) known.set(hashBytes(body), shape);
}

/** How one wire answers. */
interface Speech {
  plain: Buffer;
  opening: string;
  chunk(): string;
  closing(withUsage: boolean): string;
}

const OPENAI: Speech = { plain: plainAnswer(), opening: '', chunk: streamChunk, closing: closingChunks };
const ANTHROPIC: Speech = {
  plain: messageAnswer(),
  opening: messageStart(),
  chunk: messageChunk,
  closing: messageEnd,
};
const STREAM_HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const [first] = parts;
    answer(request, response, parts.length === 1 && first !== undefined ? first : Buffer.concat(parts));
  });
});
server.keepAliveTimeout = 600_000;
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  process.stdout.write(`listening ${(server.address() as AddressInfo).port}\n`);
});

function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const { authorization, 'x-api-key': key } = request.headers;
  if (authorization !== `Bearer ${UPSTREAM_KEY}` && key !== UPSTREAM_KEY) return refuse(response, 401, 'wrong key');
  const speech = request.url === MESSAGES_PATH ? ANTHROPIC : OPENAI;
  const shape = known.get(hashBytes(body)) ?? shapeByMeaning(body);
  if (shape === undefined) return refuse(response, 400, `unknown body: ${body.toString('utf8').slice(0, 200)}`);
  if (shape === 'plain') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': speech.plain.length });
    response.end(speech.plain);
    return;
  }
  response.writeHead(200, STREAM_HEADERS);
  if (speech.opening !== '') response.write(speech.opening);
  const closing = speech.closing(body.includes('"include_usage":true'));
  stream(response, shape, { ...speech, closing }, CHUNKS_PER_STREAM);
}

function shapeByMeaning(body: Buffer): Shape | undefined {
  try {
    return known.get(hashMeaning(body)) ?? findTranslatedShape(body);
  } catch {
    return undefined;
  }
}

type Script = Pick<Speech, 'chunk'> & { closing: string };

function stream(response: ServerResponse, shape: Shape, script: Script, left: number): void {
  if (response.destroyed) return;
  if (left === 0) {
    response.end(script.closing);
    return;
  }
  response.write(script.chunk());
  const next = (): void => stream(response, shape, script, left - 1);
  if (shape === 'paced') setTimeout(next, PACED_CHUNK_MS);
  else setImmediate(next);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { message } }));
}
