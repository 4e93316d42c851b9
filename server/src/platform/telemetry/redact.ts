/** The second wall before the log: whoever logs a credential by mistake must not succeed. */

/** Deeper structures than this have no place in a log line. */
const DEPTH_MAX = 5;
const REDACTED = '[redacted]';

/** A copy of `fields` fit for a log line: values under names of credentials are hidden, errors become plain objects. */
export function toLoggable(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return copyRecord(fields, 0);
}

/** `authorization`, `x-api-key`, `apiKey`, `client_secret`, `password`, `key` and the like; not `key_id` or `input_tokens`. */
export function isSecretName(name: string): boolean {
  let known = verdicts.get(name);
  if (known === undefined) {
    known = SECRET_NAME.test(name.toLowerCase().replaceAll(/[^a-z]/g, ''));
    if (verdicts.size < VERDICTS_MAX) verdicts.set(name, known);
  }
  return known;
}

const SECRET_NAME =
  /^(?:key|token|bearer|cookie|setcookie|credentials?|.*(?:authorization|apikey|privatekey|secret|secretkey|masterkey|password|passwd|passphrase|accesstoken|refreshtoken|idtoken))$/;
const VERDICTS_MAX = 1000;
const verdicts = new Map<string, boolean>();

function copyRecord(record: object, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record))
    copy[name] = isSecretName(name) ? REDACTED : copyValue(value, depth + 1);
  return copy;
}

function copyValue(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEPTH_MAX) return '[deep]';
  if (value instanceof Error) return copyError(value, depth);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((item) => copyValue(item, depth + 1));
  if (value instanceof Map || value instanceof Set) return `[${value.size} entries]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  return copyRecord(value, depth);
}

/** Only what an error always has: other properties may hold what a peer sent. */
function copyError(error: Error, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = { type: error.name, message: error.message, stack: error.stack };
  if ('code' in error && typeof error.code === 'string') copy['code'] = error.code;
  if (error.cause !== undefined) copy['cause'] = copyValue(error.cause, depth + 1);
  return copy;
}
