/** The way out: nothing that was begun is cut off, and nobody who comes meanwhile is left without an answer. */
import { AppError, type Clock } from '#kernel';
import type { Reeve } from './compose.ts';
import type { Connections } from './http-connections.ts';

/** How long running answers get after the signal. */
const DRAIN_MS = 30_000;
/** How long what is given up then has to say so to its caller, and to be read. */
const LAST_WORDS_MS = 2_000;
const RETRY_AFTER_SECONDS = 1;
/** The door closes when nobody has called for so long; a server without callers closes it at once. */
const QUIET_MS = 500;
/** Callers that go on calling are turned away after this. A balancer has seen by then that `/readyz` says no. */
const DOOR_OPEN_MS = 5_000;

/**
 * First `/readyz` says 503 and every answer closes its connection, while calls are served on. When nobody calls any more
 * the door closes; running answers finish, and half a minute after the signal the rest is given up, told so, and a moment
 * later cut. `hurried` leaves out the first part, for a person at the terminal.
 */
export async function drain(
  { lifecycle, capacity, app, running }: Reeve,
  connections: Connections,
  clock: Clock,
  hurried: boolean,
): Promise<void> {
  lifecycle.enter('draining');
  const cancelGivingUp = clock.after(DRAIN_MS, () => {
    capacity.drain();
    running.giveUp(new AppError('draining', { retryAfterSeconds: RETRY_AFTER_SECONDS }));
  });
  const cancelCut = clock.after(DRAIN_MS + LAST_WORDS_MS, () => connections.cut());
  if (!hurried) await connections.quiet(QUIET_MS, DOOR_OPEN_MS);
  const closed = app.close();
  connections.drain();
  await closed;
  // A call whose connection was cut still settles: its receipt must be in before the log closes.
  await capacity.whenIdle();
  cancelGivingUp();
  cancelCut();
}
