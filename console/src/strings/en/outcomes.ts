/** English: how an attempt on a provider ended. */
export const outcomes = {
  ok: 'answered',
  connect: 'no connection',
  reset: 'the connection broke',
  timeout: 'it took too long',
  invalid: 'an answer that cannot be read',
  unsupported: 'cannot carry this call',
  aborted: 'the caller went away',
  'broken-stream': 'the stream broke off',
  'breaker-open': 'left alone by its breaker',
  status: 'it answered {status}',
};
