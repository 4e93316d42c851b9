/** So many calls a second, whatever becomes of them: each must be answered whole. */
import { Agent, request } from 'undici';
import type { Caller } from './api.ts';

export interface SteadyLoad {
  /** Ends it; resolves when the last answer is in. */
  stop(): Promise<LoadReport>;
}

export interface LoadReport {
  sent: number;
  streams: number;
  /** What went wrong, each with when it was sent (ms since the start). */
  failures: { sentMs: number; why: string }[];
  longestMs: number;
}

interface LoadOptions {
  caller: Caller;
  perSecond: number;
  /** Each so-many-th call is a stream. */
  streamEvery: number;
  model: string;
  streamModel: string;
}

const TICK_MS = 5;

/** Starts it, over kept connections as SDKs use them, without any retry. */
export function startSteadyLoad(options: LoadOptions): SteadyLoad {
  const agent = new Agent({ connections: 256, pipelining: 1 });
  const report: LoadReport = { sent: 0, streams: 0, failures: [], longestMs: 0 };
  const open = new Set<Promise<void>>();
  const startMs = performance.now();
  const send = (): void => {
    const stream = report.sent % options.streamEvery === 0;
    report.sent += 1;
    if (stream) report.streams += 1;
    const sentMs = performance.now() - startMs;
    const call = callOnce(options, agent, stream)
      .catch((error: unknown) => void report.failures.push({ sentMs, why: String(error) }))
      .finally(() => {
        report.longestMs = Math.max(report.longestMs, performance.now() - startMs - sentMs);
        open.delete(call);
      });
    open.add(call);
  };
  const timer = setInterval(() => {
    const due = ((performance.now() - startMs) * options.perSecond) / 1000;
    while (report.sent < due) send();
  }, TICK_MS);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
      await agent.close();
      return report;
    },
  };
}

async function callOnce({ caller, model, streamModel }: LoadOptions, agent: Agent, stream: boolean): Promise<void> {
  const messages = [{ role: 'user', content: 'What is a tally?' }];
  const { statusCode, body } = await request(`${caller.baseUrl}/v1/chat/completions`, {
    method: 'POST',
    dispatcher: agent,
    headers: { authorization: `Bearer ${caller.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: stream ? streamModel : model, messages, ...(stream ? { stream: true } : {}) }),
  });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`status ${statusCode}: ${text.slice(0, 200)}`);
  if (stream ? !text.trimEnd().endsWith('data: [DONE]') : !text.includes('"choices"')) {
    throw new Error(`not whole: …${text.slice(-200)}`);
  }
}
