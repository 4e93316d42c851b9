import { expect, it } from 'vitest';
import { AppError } from '#kernel';
import { toErrorBody, toErrorFrame, toPassedError } from './openai-errors.ts';

const typeOf = (body: string): unknown => JSON.parse(body).error.type;

it.each([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'invalid_request_error'],
  [422, 'invalid_request_error'],
  [429, 'rate_limit_error'],
  [500, 'server_error'],
  [503, 'server_error'],
])('the type of an error is that of the status that goes out: %i', (status, type) => {
  expect(typeOf(toPassedError(new AppError('invalid_request'), status))).toBe(type);
});

it('an error of its own has its own type', () => {
  const error = new AppError('internal_error');
  expect(typeOf(toErrorBody(error))).toBe('server_error');
  expect(toErrorFrame(error)).toBe(`data: ${toErrorBody(error)}\n\n`);
});
