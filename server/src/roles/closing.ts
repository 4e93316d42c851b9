/** Remembers how to undo each step of a start, and undoes them last first. */
export interface Closing {
  /** Adds a step; it runs before those added earlier. */
  onClose(name: string, step: () => Promise<void> | void): void;
  /** Runs every step, even when one fails; the failures come back together. */
  close(): Promise<void>;
}

export function createClosing(): Closing {
  const steps: { name: string; step: () => Promise<void> | void }[] = [];
  return {
    onClose(name, step) {
      steps.push({ name, step });
    },
    async close() {
      const failures: Error[] = [];
      for (let next = steps.pop(); next !== undefined; next = steps.pop()) {
        try {
          await next.step();
        } catch (error) {
          failures.push(new Error(`closing ${next.name} failed`, { cause: error }));
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, 'the shutdown was not clean');
    },
  };
}
