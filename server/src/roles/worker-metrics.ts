/** `/metrics` of several workers behind one port: whoever is asked answers for all, each under a label of its own. */
import type { Clock } from '#kernel';
import type { SupervisorMessage, WorkerMessage } from './worker-messages.ts';

/** A worker that does not answer in this time is left out: it may be starting, or stuck. */
const ANSWER_MS = 1_000;

type Render = () => Promise<{ contentType: string; text: string }>;

/** The worker's side. `listen` hears the supervisor, `tell` speaks to it. */
export function createWorkerMetrics(
  clock: Clock,
  tell: (message: WorkerMessage) => void,
  listen: (onMessage: (message: SupervisorMessage) => void) => void,
): (own: Render) => Render {
  const waiting = new Map<number, (text: string) => void>();
  let last = 0;
  return (own) => {
    listen((message) => {
      if (message.type === 'gathered') return waiting.get(message.id)?.(message.text);
      // A failed rendering is a worker that does not answer.
      own().then(
        ({ text }) => tell({ type: 'metrics', id: message.id, text }),
        () => undefined,
      );
    });
    return async () => {
      const { contentType, text } = await own();
      const id = (last += 1);
      const gathered = await new Promise<string>((resolve) => {
        const cancel = clock.after(2 * ANSWER_MS, () => resolve(text));
        waiting.set(id, (all) => {
          cancel();
          resolve(all);
        });
        tell({ type: 'gather', id });
      });
      waiting.delete(id);
      return { contentType, text: gathered };
    };
  };
}

/** A worker as the supervisor sees it here. */
export interface MetricsSource {
  number: number;
  tell(message: SupervisorMessage): void;
}

/** The supervisor's side: hand it what workers say. */
export function createMetricsGathering(clock: Clock, sources: () => readonly MetricsSource[]) {
  const gatherings = new Map<number, (worker: number, text: string) => void>();
  let last = 0;

  const gather = (asker: MetricsSource, askedId: number): void => {
    const asked = sources();
    const texts = new Map<number, string>();
    const id = (last += 1);
    const finish = (): void => {
      gatherings.delete(id);
      cancel();
      asker.tell({ type: 'gathered', id: askedId, text: mergeMetrics(texts) });
    };
    const cancel = clock.after(ANSWER_MS, finish);
    gatherings.set(id, (worker, text) => {
      texts.set(worker, text);
      if (texts.size === asked.length) finish();
    });
    for (const source of asked) source.tell({ type: 'render', id });
  };
  return (from: MetricsSource, message: WorkerMessage): void => {
    if (message.type === 'gather') gather(from, message.id);
    else if (message.type === 'metrics') gatherings.get(message.id)?.(from.number, message.text);
  };
}

interface Family {
  /** HELP and TYPE. */
  heads: string[];
  samples: string[];
}

/** One text of all: each metric's help once, its samples of every worker below, with the label `worker`. */
export function mergeMetrics(texts: ReadonlyMap<number, string>): string {
  const families = new Map<string, Family>();
  for (const [worker, text] of [...texts].toSorted(([left], [right]) => left - right)) {
    let family: Family = { heads: [], samples: [] };
    for (const line of text.split('\n')) {
      const name = /^# (?:HELP|TYPE) (\S+)/.exec(line)?.[1];
      if (name !== undefined) family = addHead(families, name, line);
      else if (line !== '' && !line.startsWith('#')) family.samples.push(labelled(line, worker));
    }
  }
  return [...families.values()].flatMap(({ heads, samples }) => [...heads, ...samples, '']).join('\n');
}

function addHead(families: Map<string, Family>, name: string, line: string): Family {
  const family = families.get(name) ?? { heads: [], samples: [] };
  families.set(name, family);
  if (!family.heads.includes(line)) family.heads.push(line);
  return family;
}

function labelled(sample: string, worker: number): string {
  const end = sample.search(/[{ ]/);
  const name = sample.slice(0, end);
  const rest = sample.slice(end);
  return rest.startsWith('{') ? `${name}{worker="${worker}",${rest.slice(1)}` : `${name}{worker="${worker}"}${rest}`;
}
