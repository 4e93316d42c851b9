/** The database thread: opens the data folder and answers PostgreSQL protocol messages, one after the other. */
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { CoreShare } from './core-share.ts';
import { engineSettings, initSettings, startParameters } from './pglite-settings.ts';
import { type FromWorker, joinBytes, type ToWorker, type WorkerInput } from './pglite-wire.ts';
import { SyncingFileSystem } from './syncing-file-system.ts';

/** TypeScript describes it in its library of browsers only. */
declare const WebAssembly: { Module: new (bytes: Uint8Array) => object };

const port = parentPort;
if (port === null) throw new Error('this file runs as a worker thread only');

const { folder, syncs, syncing }: WorkerInput = workerData;
const syncCount = new Int32Array(syncs);
const core = new CoreShare();
const hooks = { onSync: () => void Atomics.add(syncCount, 0, 1), onLook: () => core.rest() };
const files = syncing ? new SyncingFileSystem(folder, hooks) : new NodeFS(folder);

// Compiled on this thread: handed to V8's helper threads, as the engine would, it waits for them.
const program = readFileSync(new URL('pglite.wasm', import.meta.resolve('@electric-sql/pglite')));
const engine = await PGlite.create({
  pgliteWasmModule: new WebAssembly.Module(program),
  fs: files,
  startParams: startParameters(PGlite.defaultStartParams),
  initDbStartParams: initSettings,
  postgresqlconf: engineSettings,
});

port.on('message', (message: ToWorker) => {
  if (message === 'close') void engine.close().then(() => port.close());
  else void answer(message);
});
send('open');

const TERMINATE = 'X'.charCodeAt(0);
const READY_FOR_QUERY = 'Z'.charCodeAt(0);
const READY_FOR_QUERY_BYTES = 6;

/**
 * A rejection here ends the thread, and with it everything in flight: the engine's state is then unknown. So does an
 * answer that does not end by being ready for the next request; PostgreSQL panics that way, on a full disk for one.
 */
async function answer(request: Uint8Array): Promise<void> {
  const parts: Uint8Array[] = [];
  core.begin();
  // The bytes lie in the engine's memory and are overwritten by what follows.
  await engine.execProtocolRawStream(request, { syncToFs: false, onRawData: (bytes) => parts.push(bytes.slice()) });
  const whole = joinBytes(parts);
  if (request[0] !== TERMINATE && whole.at(-READY_FOR_QUERY_BYTES) !== READY_FOR_QUERY) {
    throw new Error(`the engine stopped: ${readableText(whole)}`);
  }
  send(whole);
}

/** What an error message of the protocol says to people. */
function readableText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replaceAll(/[^ -~]+/g, ' ')
    .slice(0, 300);
}

function send(message: FromWorker): void {
  port?.postMessage(message, typeof message === 'string' ? [] : [message.buffer]);
}
