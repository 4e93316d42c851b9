import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSecretName, toLoggable } from './redact.ts';

const SECRET = 'sk-live-0123456789';
const NAMES = ['authorization', 'Authorization', 'Proxy-Authorization', 'api_key', 'apiKey', 'x-api-key', 'key', 'KEY'];
const MORE = ['secret', 'client_secret', 'password', 'db_password', 'token', 'access_token', 'cookie', 'Set-Cookie'];

describe('names of credentials', () => {
  it.each([...NAMES, ...MORE])('%s', (name) => expect(isSecretName(name)).toBe(true));

  it.each(['key_id', 'keys', 'tenant_id', 'input_tokens', 'token_usage', 'monkey', 'code', 'tokens', 'keyboard'])(
    'not %s',
    (name) => expect(isSecretName(name)).toBe(false),
  );
});

describe('toLoggable', () => {
  it('hides a secret under every such name, however deep', () => {
    const wrap = (value: unknown, steps: readonly string[]): Record<string, unknown> =>
      steps.reduce<Record<string, unknown>>((inner, step) => ({ [step]: step === 'list' ? [inner] : inner }), {
        leaf: value,
      });
    fc.assert(
      fc.property(
        fc.constantFrom(...NAMES, ...MORE),
        fc.array(fc.constantFrom('a', 'headers', 'list', 'request'), { maxLength: 12 }),
        (name, steps) => {
          const text = JSON.stringify(toLoggable(wrap({ [name]: { inner: SECRET } }, steps)));
          expect(text).not.toContain(SECRET);
        },
      ),
    );
  });

  it('keeps what may be seen and leaves the given fields alone', () => {
    const fields = {
      tenant_id: 't',
      cost: 12n,
      at: new Date(0),
      bytes: Buffer.from('text'),
      key: SECRET,
      list: [1, null],
    };
    expect(toLoggable(fields)).toEqual({
      tenant_id: 't',
      cost: '12',
      at: '1970-01-01T00:00:00.000Z',
      bytes: '[4 bytes]',
      key: '[redacted]',
      list: [1, null],
    });
    expect(fields.key).toBe(SECRET);
  });

  it('writes of an error and its causes only what every error has', () => {
    const cause = Object.assign(new TypeError('inner'), { code: 'E_IN', data: 'what a peer sent' });
    const loggable = toLoggable({ error: new Error('outer', { cause }) });
    expect(loggable['error']).toMatchObject({
      type: 'Error',
      message: 'outer',
      cause: { type: 'TypeError', code: 'E_IN' },
    });
    expect(JSON.stringify(loggable)).not.toContain('what a peer sent');
  });

  it('ends on a circle', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(() => JSON.stringify(toLoggable(circle))).not.toThrow();
  });
});
