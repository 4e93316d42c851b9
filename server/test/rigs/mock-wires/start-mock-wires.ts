/**
 * One server that speaks every provider's wire, each under a path of its own. A model whose name ends in `--limited`,
 * `--overloaded` or `--filtered` fails in that way; any other is answered well. The mocks are strict: what the provider's
 * public documentation does not allow is refused. Which official client accepts each: `server/test/sdk/README.md`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anthropicWire } from './anthropic.ts';
import { bedrockWire } from './bedrock.ts';
import { cohereWire } from './cohere.ts';
import { googleWire } from './google.ts';
import { mistralWire } from './mistral.ts';
import { azureWire, compatibleWire, groqWire, openaiWire } from './openai.ts';
import { InvalidRequest, type Json, type MockWire, type Refusal, type WireReply, type WireRequest } from './wire.ts';

const WIRES: Readonly<Record<string, MockWire>> = {
  anthropic: anthropicWire,
  azure: azureWire,
  bedrock: bedrockWire,
  cohere: cohereWire,
  compatible: compatibleWire,
  google: googleWire,
  groq: groqWire,
  mistral: mistralWire,
  openai: openaiWire,
};

export interface MockWires {
  /** `http://127.0.0.1:PORT`; a wire stands behind its name: `/google/v1beta`. */
  origin: string;
  stop(): Promise<void>;
}

/** Starts the server on a free port of the loopback interface. */
export async function startMockWires(): Promise<MockWires> {
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const fullPath = request.url ?? '';
  const [, name = '', path = ''] = /^\/(\w+)(\/.*)$/.exec(fullPath) ?? [];
  const wire = WIRES[name];
  if (wire === undefined) return send(response, { status: 404, type: 'text/plain', chunks: [`no wire ${name}`] });
  const { method = '', headers } = request;
  await send(response, reply(wire, { method, path, fullPath, headers, bytes, body: parse(bytes) }));
}

const FAULTS: ReadonlySet<string> = new Set<Refusal>(['limited', 'overloaded']);

function reply(wire: MockWire, request: WireRequest): WireReply {
  if (!wire.isAuthorized(request)) return wire.refuse('key', 'This key is not known here.');
  const fault = wire.findModel(request).split('--')[1] ?? null;
  if (fault !== null && FAULTS.has(fault)) return wire.refuse(fault as Refusal, `The mock is ${fault}.`);
  try {
    return wire.answer(request, fault) ?? wire.refuse('no-such-path', `There is no ${request.path}.`);
  } catch (error) {
    if (error instanceof InvalidRequest) return wire.refuse('invalid', error.message);
    throw error;
  }
}

async function send(response: ServerResponse, { status, type, chunks, headers }: WireReply): Promise<void> {
  response.writeHead(status, { 'content-type': type, 'x-request-id': 'req-mock', ...headers });
  for (const chunk of chunks) {
    response.write(chunk);
    // Each frame is a write of its own, so that clients see a stream.
    if (chunks.length > 1) await new Promise((resolve) => setImmediate(resolve));
  }
  response.end();
}

function parse(bytes: Buffer): Json {
  try {
    return JSON.parse(bytes.toString('utf8')) as Json;
  } catch {
    return {};
  }
}
