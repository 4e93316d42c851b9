/** Bodies on their way: hashed as they pass, and checked at their end. */
import { createHash } from 'node:crypto';
import { AppError } from '#kernel';

/** Passes the bytes on and throws at their end where they are not those that were stored. */
export async function* verifyBody(
  body: AsyncIterable<Buffer>,
  { key, sha256 }: { key: string; sha256: string | null },
): AsyncGenerator<Buffer> {
  if (sha256 === null) return yield* body;
  const hash = createHash('sha256');
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') === sha256) return;
  throw new AppError('internal_error', { detail: `the object ${key} is damaged: its bytes are not those stored` });
}

/** Bytes as a stream of one piece. */
export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
