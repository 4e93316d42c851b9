import { describe, expect, it } from 'vitest';
import { HttpFailure } from '#platform/http-client/port.ts';
import { failFromWire, maskSecrets, toPlainText, toPublicMessage } from './upstream-failure.ts';
import { provider, rawCall } from './openai/openai.fixtures.ts';

const attemptOf = (signal = new AbortController().signal) => ({
  call: rawCall({ model: 'm', messages: [] }),
  provider,
  modelId: 'm',
  timeoutMs: 1,
  signal,
});

describe('upstream-failure', () => {
  it.each([
    'Incorrect API key provided: sk-proj-abcd1234efgh5678.',
    'Incorrect API key provided: sk-ab***************wxyz',
    'bad header Authorization: Bearer abcdefghijkl.mno',
    'key AIzaSyA1234567890abcdefghijk is disabled',
    'token hf_abcdefghijkl and gsk_abcdefghijkl',
  ])('masks the key in "%s"', (text) => {
    expect(maskSecrets(text, provider)).toMatch(/\[key\]/);
    expect(maskSecrets(text, provider)).not.toMatch(/sk-|abcdefgh|AIza|wxyz/);
  });

  it('masks the provider’s own key, whatever it looks like', () => {
    expect(toPublicMessage(`you sent ${provider.apiKey} to us`, provider)).toBe('you sent [key] to us');
  });

  it('leaves words alone that only begin like a key', () => {
    const text = 'Ask the risk-averse desk: task-oriented, sk-1.';
    expect(maskSecrets(text, provider)).toBe(text);
  });

  it('shortens a long message and puts it on one line', () => {
    const shown = toPublicMessage(`first\n\tsecond\u0000 ${'x'.repeat(9_000)}`, provider);
    expect(shown).toMatch(/^first second x+…$/);
    expect(shown).toHaveLength(500);
  });

  it.each([
    ['connect', 'connect'],
    ['refused', 'connect'],
    ['reset', 'reset'],
    ['timeout', 'timeout'],
    ['too-large', 'invalid'],
    ['malformed', 'invalid'],
    ['aborted', 'reset'],
  ] as const)('calls %s of the wire %s and shows no address', (kind, expected) => {
    const { failure } = failFromWire(new HttpFailure(kind, 'connect ECONNREFUSED 10.0.0.7:443'), attemptOf());
    expect(failure.kind).toBe(expected);
    expect(failure.message).not.toContain('10.0.0.7');
    expect(failure.detail).toContain('10.0.0.7');
  });

  it('calls everything aborted once the caller is gone, and passes bugs on', () => {
    const caller = new AbortController();
    caller.abort();
    const attempt = attemptOf(caller.signal);
    expect(failFromWire(new HttpFailure('reset', ''), attempt).failure.kind).toBe('aborted');
    expect(() => failFromWire(new TypeError('a bug'), attempt)).toThrow('a bug');
  });

  it('keeps the words of a page, without its scripts and styles', () => {
    const page =
      '<html><STYLE>a{b:c}</STYLE><script src="x">if (a < b) x()</script ><p>Bad <b>gateway</b></p><script>open';
    expect(toPlainText(page).replaceAll(/\s+/g, ' ').trim()).toBe('Bad gateway');
    expect(toPlainText('5 < 6, says the proxy')).toBe('5 < 6, says the proxy');
  });

  it.each(['<', '<script', '<script></', '<style><'])(
    'reads a hostile page of "%s" no further than a bound',
    (piece) => {
      const read = toPlainText(piece.repeat(256 * 1024));
      expect(read.length).toBeLessThanOrEqual(8 * 1024);
      // Four times the page costs no more: what is read has an end.
      expect(toPlainText(piece.repeat(1024 * 1024))).toBe(read);
    },
  );
});
