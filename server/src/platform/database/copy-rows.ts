/** PostgreSQL's COPY in both directions: rows as lines of text, which every engine writes and reads alike. */
import type { Connection, PoolClient, Submittable } from 'pg';

/** A session that can copy: a client of `pg`. */
export type CopySession = Pick<PoolClient, 'query'>;

/** Runs a `copy … to stdout`. The lines as they came, and how many they are. */
export function copyOut(session: CopySession, statement: string): Promise<{ lines: Buffer; rows: number }> {
  const pieces: Buffer[] = [];
  return runCopy(session, statement, {
    // The client's own buffer is written anew with what follows.
    onData: (piece) => void pieces.push(Buffer.from(piece)),
    result: (rows) => ({ lines: Buffer.concat(pieces), rows }),
  });
}

/** Runs a `copy … from stdin` over whole lines. How many rows were stored. */
export function copyIn(session: CopySession, statement: string, lines: Buffer): Promise<number> {
  return runCopy(session, statement, {
    onReady(connection) {
      for (let at = 0; at < lines.length; at += PIECE_BYTES) {
        connection.sendCopyFromChunk(lines.subarray(at, at + PIECE_BYTES));
      }
      connection.endCopyFrom();
    },
    result: (rows) => rows,
  });
}

const PIECE_BYTES = 64 * 1024;

/** What `pg` has for copies and its types leave out. */
interface CopyConnection extends Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

interface CopyHandlers<T> {
  onData?(piece: Buffer): void;
  onReady?(connection: CopyConnection): void;
  result(rows: number): T;
}

/** The calls that `pg` makes on whatever it was given to run. */
interface CopyQuery extends Submittable {
  handleCopyInResponse(connection: CopyConnection): void;
  handleCopyData(message: { chunk: Buffer }): void;
  handleCommandComplete(message: { text: string }): void;
  handleReadyForQuery(): void;
  handleError(error: Error): void;
}

function runCopy<T>(session: CopySession, statement: string, handlers: CopyHandlers<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let rows = 0;
    const query: CopyQuery = {
      submit: (connection) => connection.query(statement),
      handleCopyInResponse: (connection) => handlers.onReady?.(connection),
      handleCopyData: ({ chunk }) => handlers.onData?.(chunk),
      handleCommandComplete({ text }) {
        rows = Number(text.split(' ').at(-1));
      },
      handleReadyForQuery: () => resolve(handlers.result(rows)),
      handleError: reject,
    };
    session.query(query);
  });
}

/** The fields of one line, unescaped; `null` where a value is absent. */
export function readCopyLine(line: string): (string | null)[] {
  return line.split('\t').map((field) => (field === '\\N' ? null : field.replaceAll(/\\(.)/gs, unescape)));
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function unescape(_whole: string, letter: string): string {
  return ESCAPES[letter] ?? letter;
}
