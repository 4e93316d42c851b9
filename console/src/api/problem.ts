/** What the server says when it refuses, as one error: management answers problem+json, `/v1` the wire of its surface. */
import { HEADERS, type ErrorCode } from '@reeve/contracts';

export class ApiProblem extends Error {
  readonly status: number;
  /** A code of the catalogue; `unreachable` where no answer came at all. */
  readonly code: ErrorCode | 'unreachable' | 'unknown';
  /** The field that is at fault, where one is. */
  readonly param: string | null;
  readonly requestId: string | null;
  /** Calls that failed or were denied have receipts, too. */
  readonly receiptId: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(
    init: Pick<ApiProblem, 'status' | 'code' | 'message'> &
      Partial<Pick<ApiProblem, 'param' | 'requestId' | 'receiptId' | 'retryAfterSeconds'>>,
  ) {
    super(init.message);
    this.name = 'ApiProblem';
    this.status = init.status;
    this.code = init.code;
    this.param = init.param ?? null;
    this.requestId = init.requestId ?? null;
    this.receiptId = init.receiptId ?? null;
    this.retryAfterSeconds = init.retryAfterSeconds ?? null;
  }
}

/** Reads the refusal out of an answer. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get(HEADERS.retryAfter) ?? Number.NaN);
  const told = {
    status: response.status,
    requestId: response.headers.get(HEADERS.requestId),
    receiptId: response.headers.get(HEADERS.receipt),
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
  };
  const body = await response.json().catch(() => null);
  const error = isRecord(body) && isRecord(body['error']) ? body['error'] : body;
  if (!isRecord(error)) return new ApiProblem({ ...told, code: 'unknown', message: response.statusText });
  const message = textOf(error['detail']) ?? textOf(error['message']) ?? response.statusText;
  const code = (textOf(error['code']) ?? 'unknown') as ApiProblem['code'];
  return new ApiProblem({ ...told, code, message, param: textOf(error['param']) });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
