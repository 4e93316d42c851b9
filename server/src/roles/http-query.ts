import { AppError } from '#kernel';

/** Throws `AppError('invalid_request')` for a value with NUL: no name holds it, and PostgreSQL takes it in no text. */
export function assertQuery(query: Readonly<Record<string, unknown>>): void {
  for (const [param, value] of Object.entries(query)) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (!values.some((one) => typeof one === 'string' && one.includes('\0'))) continue;
    throw new AppError('invalid_request', { message: `"${param}" must not hold NUL.`, param });
  }
}
