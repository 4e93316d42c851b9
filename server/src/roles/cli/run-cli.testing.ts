import { runCli } from './cli.ts';
import type { ExitCode } from './exit-codes.ts';

export interface Ended {
  code: ExitCode;
  out: string;
  err: string;
}

/** Runs a verb in this process, on the data folder given, with nothing of the caller's environment. */
export async function run(dataDir: string, line: string[], more: Record<string, string> = {}): Promise<Ended> {
  let out = '';
  let err = '';
  const streams = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
  const code = await runCli(line, { streams, variables: { REEVE_DATA_DIR: dataDir, ...more } });
  return { code, out, err };
}
