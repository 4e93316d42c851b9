import { ERRORS } from '@reeve/contracts';
import type { AppError } from '#kernel';

/** The OpenAI error object: `{"error":{"message","type","param","code"}}`. */
export function toErrorBody(error: AppError): string {
  const { type } = ERRORS[error.code];
  return JSON.stringify({ error: { message: error.message, type, param: error.param, code: error.code } });
}

/** The same object as one server-sent event; no closing frame may follow it. */
export function toErrorFrame(error: AppError): string {
  return `data: ${toErrorBody(error)}\n\n`;
}
