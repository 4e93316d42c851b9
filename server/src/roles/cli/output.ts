/** What the command line prints: tidy tables for people, or one JSON document with `--json`. */
import type { ExitCode } from './exit-codes.ts';

/** Where the command line writes; the process's own streams outside of tests. */
export interface CliStreams {
  out(text: string): void;
  err(text: string): void;
}

/** A verb that ends with another code than 0, in a sentence for people. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  readonly code: string;

  constructor(exitCode: ExitCode, code: string, message: string) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.code = code;
  }
}

/** The process's own streams. A reader that leaves early (`reeve keys list | head`) ends the output, not the verb. */
export function openProcessStreams(): CliStreams {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (!('code' in error && error.code === 'EPIPE')) throw error;
    });
  }
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  };
}

/** One JSON document, indented for people who look at it. */
export function printJson(streams: CliStreams, value: unknown): void {
  streams.out(`${JSON.stringify(value, null, 2)}\n`);
}

/** Columns as wide as their widest cell, two blanks apart. */
export function printTable(streams: CliStreams, heads: readonly string[], rows: readonly (readonly string[])[]): void {
  const clean = [heads, ...rows].map((row) => row.map(toCell));
  const widths = heads.map((_head, column) => Math.max(...clean.map((row) => (row[column] ?? '').length)));
  for (const row of clean) {
    const padded = row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)));
    streams.out(`${padded.join('  ').trimEnd()}\n`);
  }
}

/** Names are chosen by people; none may move the cursor or colour the terminal. */
function toCell(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?');
}
