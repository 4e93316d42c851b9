/** The load generator, a process of its own: takes jobs from its parent, answers each with figures. */
import { LeanConnection, type Reply } from './lean-client.ts';
import { MESSAGE_MARK, MESSAGE_STREAM_MARK, messageBodies } from './anthropic-traffic.ts';
import {
  ANSWER_MARK,
  CHUNKS_PER_STREAM,
  nowMicros,
  requestBodies,
  STAMP,
  STREAM_MARK,
  type Shape,
  type Wire,
} from './traffic.ts';

export interface LoadJob {
  port: number;
  path: string;
  headers: Readonly<Record<string, string>>;
  /** What is sent, and in which words the answer is looked at. */
  wire: Wire;
  shape: Shape;
  seconds: number;
  /** `closed`: so many connections, each asks again as soon as it is answered; `open`: so many requests a second, come what may. */
  pace: { type: 'closed'; connections: number } | { type: 'open'; perSecond: number };
  /** Whether the moments of each call are wanted too. */
  keepsCalls?: boolean;
}

export interface LoadFigures {
  seconds: number;
  answered: number;
  failed: number;
  firstFailure: string | null;
  /** Requests of an open loop that left more than 5 ms after their time. */
  late: number;
  totalMicros: Quantiles;
  firstByteMicros: Quantiles;
  chunkAgeMicros: Quantiles;
  /** Where asked for: when each was sent and answered, µs on the machine's clock. */
  calls: [sent: number, answered: number][];
}

export interface Quantiles {
  p50: number;
  p99: number;
}

const LATE_MS = 5;
const TALKS = {
  openai: { bodies: requestBodies, plainMark: ANSWER_MARK, streamMark: STREAM_MARK },
  anthropic: { bodies: messageBodies, plainMark: MESSAGE_MARK, streamMark: MESSAGE_STREAM_MARK },
} as const;

process.on('message', (job: LoadJob) => {
  void runJob(job).then((figures) => process.send?.(figures));
});

class Tally {
  readonly totals: number[] = [];
  readonly firsts: number[] = [];
  readonly ages: number[] = [];
  readonly calls: [number, number][] = [];
  failed = 0;
  late = 0;
  firstFailure: string | null = null;

  take(reply: Reply | Error, job: LoadJob): void {
    const fault = reply instanceof Error ? reply.message : findFault(reply, job);
    if (fault !== null || reply instanceof Error) {
      this.failed += 1;
      this.firstFailure ??= fault;
      return;
    }
    this.totals.push(reply.totalMicros);
    if (job.keepsCalls === true) this.calls.push([nowMicros() - reply.totalMicros, nowMicros()]);
    this.firsts.push(reply.firstByteMicros);
    for (const age of reply.chunkAgesMicros) this.ages.push(age);
  }
}

async function runJob(job: LoadJob): Promise<LoadFigures> {
  const tally = new Tally();
  const requests = TALKS[job.wire].bodies(job.shape).map((body) => toRequest(job, body));
  const started = performance.now();
  if (job.pace.type === 'closed') await runClosed(job, job.pace.connections, requests, tally);
  else await runOpen(job, job.pace.perSecond, requests, tally);
  return {
    seconds: (performance.now() - started) / 1000,
    answered: tally.totals.length,
    failed: tally.failed,
    firstFailure: tally.firstFailure,
    late: tally.late,
    totalMicros: quantiles(tally.totals),
    firstByteMicros: quantiles(tally.firsts),
    chunkAgeMicros: quantiles(tally.ages),
    calls: tally.calls,
  };
}

function toRequest(job: LoadJob, body: Buffer): Buffer {
  const headers = {
    host: `127.0.0.1:${job.port}`,
    'content-type': 'application/json',
    ...job.headers,
    'content-length': String(body.length),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${job.path} HTTP/1.1\r\n${lines.join('')}\r\n`), body]);
}

function findFault(reply: Reply, { wire, shape }: LoadJob): string | null {
  const { plainMark, streamMark } = TALKS[wire];
  if (reply.status !== 200) return `status ${reply.status}: ${reply.body.slice(0, 200)}`;
  if (shape === 'plain') return reply.body.includes(plainMark) ? null : `not the answer: ${reply.body.slice(0, 200)}`;
  const chunks = reply.body.match(STAMP)?.length ?? 0;
  if (chunks !== CHUNKS_PER_STREAM) return `${chunks} chunks: ${reply.body.slice(0, 200)}`;
  return reply.body.includes(streamMark) ? null : 'no closing frame';
}

function runClosed(job: LoadJob, connections: number, requests: readonly Buffer[], tally: Tally): Promise<void> {
  return new Promise((resolve) => {
    const endMs = performance.now() + job.seconds * 1000;
    let running = connections;
    let sent = 0;
    const drive = (connection: LeanConnection): void => {
      if (performance.now() >= endMs) {
        connection.close();
        running -= 1;
        if (running === 0) resolve();
        return;
      }
      const request = requests[sent++ % requests.length] ?? Buffer.alloc(0);
      connection.send(request, (reply) => {
        tally.take(reply, job);
        drive(connection.closed ? new LeanConnection(job.port, false) : connection);
      });
    };
    for (let index = 0; index < connections; index += 1) drive(new LeanConnection(job.port, false));
  });
}

function runOpen(job: LoadJob, perSecond: number, requests: readonly Buffer[], tally: Tally): Promise<void> {
  return new Promise((resolve) => {
    const idle: LeanConnection[] = [];
    const startMs = performance.now();
    const total = Math.floor(perSecond * job.seconds);
    let sent = 0;
    let open = 0;
    const send = (): void => {
      const connection = idle.pop() ?? new LeanConnection(job.port, job.shape !== 'plain');
      if (connection.closed) return send();
      if (performance.now() - startMs - ((sent + 1) * 1000) / perSecond > LATE_MS) tally.late += 1;
      open += 1;
      connection.send(requests[sent++ % requests.length] ?? Buffer.alloc(0), (reply) => {
        open -= 1;
        tally.take(reply, job);
        if (!connection.closed) idle.push(connection);
      });
    };
    const timer = setInterval(() => {
      const due = Math.min(total, Math.floor(((performance.now() - startMs) * perSecond) / 1000));
      for (let left = due - sent; left > 0; left -= 1) send();
      if (sent < total || open > 0) return;
      clearInterval(timer);
      for (const connection of idle) connection.close();
      resolve();
    }, 1);
  });
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = Float64Array.from(values).toSorted();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
