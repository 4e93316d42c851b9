import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../platform/clock/testing.ts';
import { makeSecret, pauseAfter, PAUSES_MS, signDelivery, wantsSubject } from './webhooks.ts';

describe('a signature', () => {
  it("is that of Standard Webhooks' own example", () => {
    const headers = signDelivery('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestampSeconds: 1614265330,
      body: '{"test": 2432232314}',
    });
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is made with a secret of 32 bytes', () => {
    const secret = makeSecret(createSeededRandom(1));
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(makeSecret(createSeededRandom(2))).not.toBe(secret);
  });
});

describe('a pattern', () => {
  it.each([
    ['identity.key-created.v1', 'identity.key-created.v1', true],
    ['identity.key-created.v1', 'identity.key-created.v2', false],
    ['identity.*.v1', 'identity.key-created.v1', true],
    ['identity.*', 'identity.key-created.v1', false],
    ['identity.>', 'identity.key-created.v1', true],
    ['identity.>', 'identity', false],
    ['>', 'ops.alert.critical', true],
    ['ops.alert.*', 'opsXalert.critical', false],
  ])('%s for %s: %s', (pattern, subject, wanted) => {
    expect(wantsSubject([pattern], subject)).toBe(wanted);
  });
});

describe('pauses', () => {
  it('grow, and end after seven', () => {
    expect(PAUSES_MS.map((_ms, at) => pauseAfter(at + 1, 0, null))).toEqual([...PAUSES_MS]);
    expect(pauseAfter(PAUSES_MS.length + 1, 0, null)).toBeNull();
  });

  it('are spread, and as long as the receiver asks', () => {
    expect(pauseAfter(1, 1, null)).toBe(6_000);
    expect(pauseAfter(1, 0.5, 60_000)).toBe(60_000);
  });
});
