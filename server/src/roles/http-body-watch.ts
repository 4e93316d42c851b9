/** Ends requests whose body stands still. Node bounds the whole request only; a slow but steady sender may go on. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '#kernel';

export interface BodyWatch {
  /** The head is here, the body may still come. */
  expect(request: FastifyRequest, reply: FastifyReply): void;
  /** The body is whole, or nobody waits for it any more. */
  done(request: FastifyRequest): void;
  stop(): void;
}

interface Expected {
  reply: FastifyReply;
  bytesRead: number;
  sinceMs: number;
}

const LOOK_MS = 1_000;

export function createBodyWatch(
  clock: Clock,
  stillMs: number,
  onStill: (request: FastifyRequest, reply: FastifyReply) => void,
): BodyWatch {
  const expected = new Map<FastifyRequest, Expected>();
  const look = (): void => {
    const nowMs = clock.monotonicMs();
    for (const [request, entry] of expected) {
      const { bytesRead, destroyed } = request.raw.socket;
      if (destroyed) expected.delete(request);
      else if (bytesRead !== entry.bytesRead || entry.sinceMs === 0)
        Object.assign(entry, { bytesRead, sinceMs: nowMs });
      else if (nowMs - entry.sinceMs >= stillMs) {
        expected.delete(request);
        onStill(request, entry.reply);
      }
    }
    cancel = clock.after(LOOK_MS, look);
  };
  let cancel = clock.after(LOOK_MS, look);
  return {
    expect(request, reply) {
      expected.set(request, { reply, bytesRead: 0, sinceMs: 0 });
    },
    done(request) {
      expected.delete(request);
    },
    stop: () => cancel(),
  };
}
