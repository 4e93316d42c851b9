/** Speaks to the server at this machine through its admin socket; whoever can open it acts as the operator. */
import { request as openRequest, type IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { hasCode } from '#kernel';
import { adminSocketPath } from '../admin-socket.ts';

export interface AdminReply {
  status: number;
  /** Parsed JSON; `null` where the answer has no body. */
  body: unknown;
}

/** One request to the management API. Rejects where the connection fails. */
export type AdminRequest = (method: string, path: string, body?: unknown) => Promise<AdminReply>;

export interface AdminClient {
  request: AdminRequest;
  close(): void;
}

const TIMEOUT_MS = 60_000;

export function createAdminClient(dataDir: string): AdminClient {
  const place = adminSocketPath(dataDir);
  return {
    async request(method, path, body) {
      const response = await send(place.path, { method, path, body });
      const text = await readText(response);
      return { status: response.statusCode ?? 0, body: text === '' ? null : JSON.parse(text) };
    },
    close: () => place.close(),
  };
}

/** A running server's client, or `null` where no server answers at the socket. */
export async function findRunningServer(dataDir: string): Promise<AdminClient | null> {
  let client: AdminClient;
  try {
    client = createAdminClient(dataDir);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
  try {
    await client.request('GET', '/livez');
    return client;
  } catch (error) {
    client.close();
    // No socket, or one that a crash left behind.
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ECONNREFUSED')) return null;
    throw error;
  }
}

interface Sent {
  method: string;
  path: string;
  body: unknown;
}

function send(socketPath: string, { method, path, body }: Sent): Promise<IncomingMessage> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers = payload === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const request = openRequest({ socketPath, method, path, headers, timeout: TIMEOUT_MS, agent: false }, resolve);
    request.on('timeout', () => request.destroy(new Error(`the server did not answer within ${TIMEOUT_MS / 1000} s`)));
    request.on('error', reject);
    request.end(payload);
  });
}
