import { AppError } from '#kernel';

/** Why this server gave a call up whose caller is still there; `null` where it did not, or the caller has left. */
export function whyGivenUp({ aborted, reason }: AbortSignal): AppError | null {
  return aborted && reason instanceof AppError ? reason : null;
}

/** Whether the caller is gone. */
export function hasLeft(signal: AbortSignal): boolean {
  return signal.aborted && whyGivenUp(signal) === null;
}
