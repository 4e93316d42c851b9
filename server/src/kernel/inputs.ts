/** Time and randomness are inputs: a failure is then a seed. Implementations live in `platform/clock`. */

export interface Clock {
  /** Wall time, whole ms since the epoch. */
  now(): number;
  /** A steady clock, ms with fraction, for durations only. */
  monotonicMs(): number;
  /** Runs `work` after `delayMs`; the answer cancels it. Never keeps the process alive. */
  after(delayMs: number, work: () => void): () => void;
}

export interface Random {
  /** Fills the bytes from a cryptographic source. */
  fill(bytes: Uint8Array): void;
  /** Uniform in [0, 1), not for secrets. */
  fraction(): number;
}
