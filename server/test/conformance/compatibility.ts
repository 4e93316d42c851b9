/** Asks every surface for every field before every adapter, and looks at what reaches the provider. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { postJson, type Caller } from '../rigs/api.ts';
import type { SurfaceFields } from './compatibility-fields.ts';

/**
 * `passes`: the caller's own bytes went on; `maps`: translated; `ignored`: the provider was asked without it;
 * `refused`: 400, and the provider was not asked; `—`: this provider takes no calls of this surface.
 */
export type Verdict = 'passes' | 'maps' | 'ignored' | 'refused' | '—';

export interface Recorder {
  origin: string;
  /** The bodies that came, oldest first; reading forgets them. */
  take(): unknown[];
  close(): Promise<void>;
}

/** A provider of any wire: it writes down what it was asked and turns it away. */
export async function startRecorder(): Promise<Recorder> {
  let bodies: unknown[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push({ path: request.url, body: JSON.parse(Buffer.concat(chunks).toString('utf8') || 'null') });
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end('{"error":{"message":"turned away","type":"invalid_request_error"},"message":"turned away"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = bodies;
      bodies = [];
      return taken;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

export interface Asked {
  verdict: Verdict;
  status: number;
  text: string;
}

/** Judges every field of a surface for one provider. */
export async function judgeSurface(
  caller: Caller,
  recorder: Recorder,
  model: string,
  { path, base, fields }: SurfaceFields,
): Promise<Map<string, Asked>> {
  const ask = async (change: Readonly<Record<string, unknown>>) => {
    const body = { model, ...base, ...change };
    const response = await postJson(caller, path, body);
    return { body, status: response.status, text: await response.text(), received: recorder.take() };
  };
  const plain = await ask({});
  const judged = new Map<string, Asked>();
  for (const [name, change] of Object.entries(fields)) {
    if (plain.received.length === 0) {
      judged.set(name, { verdict: '—', status: plain.status, text: plain.text });
      continue;
    }
    const { body, status, text, received } = await ask(change);
    judged.set(name, { verdict: judge(body, received, plain.received), status, text });
  }
  return judged;
}

/** What is put into bytes that otherwise go on as they came. */
const SPLICED = { model: null, stream_options: null, store: null };

function judge(sent: object, received: readonly unknown[], plain: readonly unknown[]): Verdict {
  if (received.length === 0) return 'refused';
  if (isDeepStrictEqual(received, plain)) return 'ignored';
  const { body } = received.at(-1) as { body: Record<string, unknown> };
  return isDeepStrictEqual({ ...body, ...SPLICED }, { ...sent, ...SPLICED }) ? 'passes' : 'maps';
}

/** One table for each surface: a line for each field, a column for each adapter. */
export function renderTables(
  surfaces: readonly SurfaceFields[],
  providers: readonly string[],
  find: (surface: string, provider: string) => ReadonlyMap<string, Asked> | undefined,
): string {
  return surfaces
    .map(({ surface, fields }) => {
      const head = `### \`${surface}\`\n\n| field | ${providers.join(' | ')} |\n|---${'|---'.repeat(providers.length)}|`;
      const lines = Object.keys(fields).map((field) => {
        const cells = providers.map((provider) => find(surface, provider)?.get(field)?.verdict ?? '?');
        return `| ${field} | ${cells.join(' | ')} |`;
      });
      return [head, ...lines].join('\n');
    })
    .join('\n\n');
}
