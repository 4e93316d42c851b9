/**
 * The floor: the least that a Node proxy can do (node:http in, undici out, no parsing). Prints its port.
 *
 *   node floor.ts <upstream> [file]
 *
 * With a file each answer ends once a line about it is on the disk, as Reeve's do in acknowledged mode: the least that
 * this promise costs on the machine at hand.
 */
import { fdatasync, openSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

/** As long as a receipt. */
const LINE = Buffer.alloc(1800, 'x');

const [, , upstreamUrl = '', file] = process.argv;
const upstream = new Pool(upstreamUrl, { connections: 256, pipelining: 1 });
const keep = file === undefined ? (done: () => void): void => done() : keepIn(openSync(file, 'w'));

/** Writes a line; `done` once it is synced. One sync serves all that came while the one before ran. */
function keepIn(descriptor: number): (done: () => void) => void {
  let waiting: (() => void)[] = [];
  let syncing = false;
  const sync = (): void => {
    const served = waiting;
    waiting = [];
    syncing = served.length > 0;
    if (!syncing) return;
    fdatasync(descriptor, (error) => {
      if (error !== null) throw error;
      for (const done of served) done();
      sync();
    });
  };
  return (done) => {
    writeSync(descriptor, LINE);
    waiting.push(done);
    if (!syncing) sync();
  };
}

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const { authorization = '' } = request.headers;
    const headers = { authorization, 'content-type': 'application/json' };
    upstream.dispatch(
      { path: request.url ?? '/', method: 'POST', headers, body: Buffer.concat(parts) },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, status, received) => {
          const {
            connection: _connection,
            'keep-alive': _keepAlive,
            'transfer-encoding': _encoding,
            ...kept
          } = received;
          response.writeHead(status, kept);
        },
        onResponseData: (_controller, chunk) => void response.write(chunk),
        onResponseEnd: () => keep(() => void response.end()),
        onResponseError: (_controller, error) => void response.destroy(error),
      },
    );
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening ${(server.address() as AddressInfo).port}\n`);
});
