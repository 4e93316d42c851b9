/** Hands receipts to a verifier in another language, so that a fault of ours cannot hide in code of ours. */
import { spawn } from 'node:child_process';

const SCRIPT = new URL('../journeys/verify_receipts.py', import.meta.url).pathname;

export interface Verification {
  checked: number;
  faults: string[];
}

/** `receipts` are all of their writers', as the API gives them: the chain must begin at its first. */
export async function verifyReceipts(receipts: readonly unknown[]): Promise<Verification> {
  const child = spawn('python3', [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (part: Buffer) => (text += part.toString('utf8')));
  const closed = new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  child.stdin.end(JSON.stringify(receipts));
  await closed;
  return JSON.parse(text) as Verification;
}
