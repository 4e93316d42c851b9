import { hash } from 'node:crypto';
import type { Call } from '@reeve/contracts';

export interface Inspection {
  /** Lower-case hex SHA-256 of the body as the caller sent it. */
  promptHash: string;
  bytesIn: number;
}

/** Looks at the call before anything is decided: its size and its fingerprint. */
export function inspect(call: Call): Inspection {
  const bytes = call.raw?.bytes ?? Buffer.from(JSON.stringify(call.parts));
  return { promptHash: hash('sha256', bytes, 'hex'), bytesIn: bytes.length };
}
