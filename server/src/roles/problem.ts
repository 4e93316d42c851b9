import type { AppError } from '#kernel';

export const PROBLEM_TYPE = 'application/problem+json';

/** An error of the management API (RFC 9457), with the code of the catalogue as an extension. */
export function toProblem(error: AppError, instance: string): string {
  return JSON.stringify({
    type: `urn:reeve:error:${error.code}`,
    title: error.code.replaceAll('_', ' '),
    status: error.status,
    detail: error.message,
    instance,
    code: error.code,
    ...(error.param === null ? {} : { param: error.param }),
  });
}
