/** The upstream of the bench, a process of its own: checks key and body, answers at once. Prints its port. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CHUNKS_PER_STREAM,
  closingChunks,
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
}
const PLAIN_ANSWER = plainAnswer();
const PLAIN_HEADERS = { 'content-type': 'application/json', 'content-length': String(PLAIN_ANSWER.length) };
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
  if (request.headers.authorization !== `Bearer ${UPSTREAM_KEY}`) return refuse(response, 401, 'wrong key');
  const shape = known.get(hashBytes(body)) ?? shapeByMeaning(body);
  if (shape === undefined) return refuse(response, 400, `unknown body: ${body.toString('utf8').slice(0, 200)}`);
  if (shape === 'plain') {
    response.writeHead(200, PLAIN_HEADERS);
    response.end(PLAIN_ANSWER);
    return;
  }
  response.writeHead(200, STREAM_HEADERS);
  stream(response, shape, body.includes('"include_usage":true'), CHUNKS_PER_STREAM);
}

function shapeByMeaning(body: Buffer): Shape | undefined {
  try {
    return known.get(hashMeaning(body));
  } catch {
    return undefined;
  }
}

function stream(response: ServerResponse, shape: Shape, withUsage: boolean, left: number): void {
  if (response.destroyed) return;
  if (left === 0) {
    response.end(closingChunks(withUsage));
    return;
  }
  response.write(streamChunk());
  const next = (): void => stream(response, shape, withUsage, left - 1);
  if (shape === 'paced') setTimeout(next, PACED_CHUNK_MS);
  else setImmediate(next);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { message } }));
}
