/** From what undici and the sockets throw to the kinds of `HttpFailure`. */
import { errors } from 'undici';
import { HttpFailure, type HttpFailureKind } from './port.ts';

/** How far an exchange had come when it failed. `waiting`: no byte of the request had been written. */
export type ExchangePhase = 'waiting' | 'sent' | 'answering';

export function toHttpFailure(error: unknown, phase: ExchangePhase): HttpFailure {
  if (error instanceof HttpFailure) return error;
  return new HttpFailure(findKind(error, phase), describe(error, phase), error);
}

function findKind(error: unknown, phase: ExchangePhase): HttpFailureKind {
  const code = readCode(error);
  if (code === 'REEVE_EGRESS') return 'refused';
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') return 'aborted';
  // The request itself cannot be written: a line break in a header, a space in the path.
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') return 'malformed';
  if (phase === 'waiting') return 'connect';
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'malformed';
  // Its errors carry no code. It also names an answer that stopped too early; for the caller that is a cut connection.
  if (error instanceof errors.HTTPParserError) return error.message.includes('EOF') ? 'reset' : 'malformed';
  return 'reset';
}

function describe(error: unknown, phase: ExchangePhase): string {
  const detail = readMessage(error);
  switch (phase) {
    case 'waiting':
      return `nothing was sent: ${detail}`;
    case 'sent':
      return `no byte of the answer came: ${detail}`;
    case 'answering':
      return `the answer broke off: ${detail}`;
  }
}

function readCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Connecting to several addresses fails with an `AggregateError` that says nothing itself. */
function readMessage(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(readMessage).join('; ');
  return error instanceof Error ? error.message : String(error);
}
