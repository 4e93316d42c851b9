/** Faults of HTTP itself, in the words of the catalogue. */
import type { Socket } from 'node:net';
import { HEADERS, type ErrorCode } from '@reeve/contracts';
import type { FastifyRequest } from 'fastify';
import { AppError, toAppError, toErrorHeaders } from '#kernel';
import { renderOpenAiError } from '#surfaces';

const BY_CODE: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_EMPTY_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_json',
  FST_ERR_BAD_URL: 'invalid_request',
  FST_ERR_ASYNC_CONSTRAINT: 'invalid_request',
};

/** What the HTTP layer threw, as an error of ours. */
export function requestFault(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const code = codeOf(thrown);
  const known = BY_CODE[code];
  if (known !== undefined) return new AppError(known, { cause: thrown });
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return new AppError('invalid_request', { message: 'The body ended early.', cause: thrown });
  }
  return toAppError(thrown);
}

/** A path with a name in it that is longer than any that there is. */
export function isNobodysName(thrown: unknown): boolean {
  return codeOf(thrown) === 'FST_ERR_MAX_PARAM_LENGTH';
}

/** Bodies come as they are: unpacked, a small one could become one of any size. */
export function codingFault({ headers }: FastifyRequest): AppError | null {
  const coding = headers['content-encoding'];
  if (coding === undefined || coding === 'identity') return null;
  const message = 'The body is compressed (content-encoding); send it as it is.';
  return new AppError('unsupported_media_type', { message });
}

/** Answers a connection whose bytes are no HTTP request, then closes it. */
export function clientFault(error: Error & { code?: string }, socket: Socket, requestId: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) return void socket.destroy();
  const code = clientCode(error.code);
  const fault = new AppError(code);
  const body = renderOpenAiError(fault);
  const head = [
    `HTTP/1.1 ${fault.status} ${code}`,
    ...Object.entries(toErrorHeaders(fault)).map(([name, value]) => `${name}: ${value}`),
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `${HEADERS.requestId}: ${requestId}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Whether an answer is on its way: bytes of another would end up in its middle. Node keeps it at the socket. */
function isAnswering(socket: Socket & { _httpMessage?: { headersSent: boolean } | null }): boolean {
  const { _httpMessage: answer } = socket;
  return answer?.headersSent === true;
}

function clientCode(code: string | undefined): ErrorCode {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request_timeout';
  return code === 'HPE_HEADER_OVERFLOW' ? 'headers_too_large' : 'invalid_request';
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
}
