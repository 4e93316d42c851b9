import type { AppError } from '#kernel';

/** The answers that are not out yet, each with what ends it. */
export interface RunningAnswers {
  add(ending: AbortController): void;
  delete(ending: AbortController): void;
  /** Ends every one with the fault as its reason: its caller is told as far as the answer's form allows. */
  giveUp(fault: AppError): void;
}

export function createRunningAnswers(): RunningAnswers {
  const endings = new Set<AbortController>();
  return {
    add: (ending) => void endings.add(ending),
    delete: (ending) => void endings.delete(ending),
    giveUp(fault) {
      for (const ending of endings) ending.abort(fault);
    },
  };
}
