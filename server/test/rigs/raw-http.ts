/** HTTP as bytes over a socket, for requests that no client would send. */
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface RawReply {
  /** 0 where the connection closed without an answer. */
  status: number;
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>;
  /** Without chunk framing. */
  body: string;
  /** Everything that came. */
  raw: string;
}

export interface RawOptions {
  /** Bytes of one write; absent: all at once. */
  pieceBytes?: number;
  /** Between two writes. */
  pauseMs?: number;
  limitMs?: number;
}

const LIMIT_MS = 30_000;

/** Writes the bytes and reads until the server closes, or until one whole answer is there. */
export async function sendRaw(port: number, bytes: Buffer | string, options: RawOptions = {}): Promise<RawReply> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const answer = readAnswer(socket, options.limitMs ?? LIMIT_MS);
  await writeInPieces(socket, Buffer.from(bytes), options);
  try {
    return await answer;
  } finally {
    socket.destroy();
  }
}

/** The bytes of a request with a body of known length. */
export function rawRequest(path: string, headers: Readonly<Record<string, string>>, body: Buffer | string): Buffer {
  const bytes = Buffer.from(body);
  const all = { host: 'reeve', 'content-length': String(bytes.length), connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), bytes]);
}

/** A connection that is opened and then used by the test itself. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  return socket;
}

async function writeInPieces(socket: Socket, bytes: Buffer, { pieceBytes, pauseMs }: RawOptions): Promise<void> {
  const size = pieceBytes ?? bytes.length;
  for (let at = 0; at < bytes.length && !socket.destroyed; at += size) {
    const drained = socket.write(bytes.subarray(at, at + size));
    if (pauseMs !== undefined) await wait(pauseMs);
    else if (!drained)
      await Promise.race([
        wait(LIMIT_MS),
        new Promise((resolve) => socket.once('drain', resolve).once('close', resolve)),
      ]);
  }
}

function readAnswer(socket: Socket, limitMs: number): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    let raw = '';
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no whole answer after ${limitMs} ms: ${JSON.stringify(raw.slice(0, 300))}`));
    }, limitMs);
    const finish = (): void => {
      clearTimeout(timer);
      resolve(parseReply(raw));
    };
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      raw += text;
      if (isWhole(raw)) finish();
    });
    socket.on('close', finish);
    // A server that refuses a body may reset the connection; what it said before counts.
    socket.on('error', () => undefined);
  });
}

function isWhole(raw: string): boolean {
  const { status, headers, body } = parseReply(raw);
  if (status < 200) return false;
  const length = headers['content-length'];
  if (length !== undefined) return Buffer.byteLength(body) >= Number(length);
  return headers['transfer-encoding'] === 'chunked' && raw.endsWith('0\r\n\r\n');
}

function parseReply(raw: string): RawReply {
  const end = raw.indexOf('\r\n\r\n');
  if (end < 0) return { status: 0, headers: {}, body: '', raw };
  const [first = '', ...lines] = raw.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const rest = raw.slice(end + 4);
  const status = Number(first.split(' ')[1]);
  return { status, headers, body: headers['transfer-encoding'] === 'chunked' ? joinChunks(rest) : rest, raw };
}

function joinChunks(text: string): string {
  let bytes = Buffer.from(text);
  const parts: Buffer[] = [];
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n');
    const size = lineEnd < 0 ? 0 : Number.parseInt(bytes.subarray(0, lineEnd).toString('latin1'), 16);
    if (size === 0 || Number.isNaN(size)) return Buffer.concat(parts).toString('utf8');
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    bytes = bytes.subarray(lineEnd + 2 + size + 2);
  }
}
