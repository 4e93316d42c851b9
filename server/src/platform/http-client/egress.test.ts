import type { LookupFunction } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock/system-clock.ts';
import { createEgressGuard, isEgressEntry, mayConnect } from './egress.ts';
import { type HttpClient, HttpFailure } from './port.ts';
import { startRawUpstream } from './testing.ts';
import { createHttpClient } from './undici-client.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
});

describe('the egress list', () => {
  const guard = createEgressGuard({
    offline: false,
    allow: [
      'api.openai.com:443',
      'Ollama:11434',
      '10.0.0.7:8000',
      '[fd12::7]:8000',
      '*.example.com:443',
      '169.254.169.254:80',
    ],
  });
  const reachOf = (url: string): string => {
    const verdict = guard.judge(new URL(url));
    return 'reach' in verdict ? verdict.reach : 'refused';
  };

  it.each([
    ['https://api.openai.com/v1', 'listed'],
    ['https://API.OpenAI.com.:443/v1', 'listed'],
    ['http://ollama:11434/v1', 'listed'],
    ['http://10.0.0.7:8000/', 'listed'],
    ['http://[fd12:0::7]:8000/', 'listed'],
    ['https://a.b.example.com/', 'pattern'],
    ['http://127.0.0.1:1/', 'loopback'],
    ['http://2130706433:1/', 'loopback'],
    ['http://localhost:9/', 'loopback'],
    ['http://[::1]:9/', 'loopback'],
    ['http://[::ffff:127.0.0.1]:9/', 'loopback'],
    ['http://api.openai.com/v1', 'refused'],
    ['https://api.openai.com:8443/v1', 'refused'],
    ['https://api.openai.com.evil.net/v1', 'refused'],
    ['https://example.com/', 'refused'],
    ['https://evilexample.com/', 'refused'],
    ['http://10.0.0.8:8000/', 'refused'],
    ['http://169.254.169.254/latest/meta-data', 'refused'],
    ['http://0.0.0.0:80/', 'refused'],
    ['http://localhost.evil.net/', 'refused'],
    ['https://user:secret@api.openai.com/', 'refused'],
    ['ftp://api.openai.com:443/', 'refused'],
    ['file:///etc/passwd', 'refused'],
  ])('%s is %s', (url, reach) => {
    expect(reachOf(url)).toBe(reach);
  });

  it('offline leaves loopback only, whatever the list says', () => {
    const offline = createEgressGuard({ offline: true, allow: ['api.openai.com:443', '*:443'] });
    expect(offline.judge(new URL('https://api.openai.com/'))).toHaveProperty('refusal');
    expect(offline.judge(new URL('http://localhost:1/'))).toEqual({ reach: 'loopback' });
  });

  it('says which entries have the right form, and the guard refuses the others', () => {
    for (const entry of ['a:1', 'a.b-c.d:65535', '[::1]:80', '*:443', '*.a.b:443', '10.0.0.1:80']) {
      expect([entry, isEgressEntry(entry)]).toEqual([entry, true]);
    }
    for (const entry of [
      'a',
      'a:0',
      'a:65536',
      'http://a:1',
      'a:1/x',
      'a*b:1',
      '*.:1 ',
      '::1:80',
      '',
      'a b:1',
      '[x]:1',
    ]) {
      expect([entry, isEgressEntry(entry)]).toEqual([entry, false]);
      expect(() => createEgressGuard({ offline: false, allow: [entry] })).toThrow(TypeError);
    }
  });

  it('refuses every literal address that is not listed, and metadata even when listed', () => {
    const open = createEgressGuard({ offline: false, allow: ['*:80', '169.254.169.254:80'] });
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const verdict = open.judge(new URL(`http://${address}/`));
        expect('reach' in verdict).toBe(mayConnect('pattern', address) || address.startsWith('127.'));
      }),
    );
    expect(open.judge(new URL('http://169.254.169.254/'))).toHaveProperty('refusal');
  });
});

describe('the address behind a name', () => {
  /** A resolver under test control, as a hostile name server would be. */
  function openClient(allow: string[], answers: string[][]): { client: HttpClient; lookups: () => number } {
    let asked = 0;
    const lookup: LookupFunction = (_hostname, _options, callback) => {
      const addresses = answers[Math.min(asked, answers.length - 1)] ?? [];
      asked += 1;
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };
    const client = createHttpClient({ egress: { offline: false, allow }, clock: systemClock, lookup });
    cleanups.push(() => client.close());
    return { client, lookups: () => asked };
  }

  async function attempt(client: HttpClient, url: string): Promise<string> {
    try {
      const answer = await client.exchange({ method: 'GET', url, headers: {}, timeoutMs: 2_000 });
      return (await answer.readAll(100)).toString();
    } catch (error) {
      if (error instanceof HttpFailure) return error.kind;
      throw error;
    }
  }

  async function startUpstream(): Promise<number> {
    const upstream = await startRawUpstream((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok'),
    );
    cleanups.push(upstream.close);
    return upstream.port;
  }

  it('a name outside the list is not even looked up', async () => {
    const { client, lookups } = openClient(['a.test:80'], [['127.0.0.1']]);
    expect(await attempt(client, 'http://b.test/')).toBe('refused');
    expect(lookups()).toBe(0);
  });

  it('a listed name may lead to a private or loopback address, never to metadata', async () => {
    const port = await startUpstream();
    const { client } = openClient([`a.test:${port}`], [['127.0.0.1'], ['169.254.169.254'], ['fd00:ec2::254']]);
    expect(await attempt(client, `http://a.test:${port}/`)).toBe('ok');
    expect(await attempt(client, `http://a.test:${port}/`)).toBe('refused');
    expect(await attempt(client, `http://a.test:${port}/`)).toBe('refused');
  });

  it('one forbidden address among the answers refuses the name', async () => {
    const port = await startUpstream();
    const { client } = openClient([`a.test:${port}`], [['127.0.0.1', '169.254.169.254']]);
    expect(await attempt(client, `http://a.test:${port}/`)).toBe('refused');
  });

  it('a name that only a pattern allows cannot lead inside', async () => {
    const port = await startUpstream();
    const inside = [
      '127.0.0.1',
      '10.0.0.1',
      '192.168.0.1',
      '100.64.0.1',
      '::1',
      'fd12::1',
      '::ffff:10.0.0.1',
      '0.0.0.0',
    ];
    for (const address of inside) {
      const { client } = openClient([`*:${port}`], [[address]]);
      expect([address, await attempt(client, `http://a.test:${port}/`)]).toEqual([address, 'refused']);
    }
  });

  it('a listed name that leads inside is not reached where only a public address will do', async () => {
    const port = await startUpstream();
    const { client } = openClient([`a.test:${port}`], [['127.0.0.1']]);
    const url = `http://a.test:${port}/`;
    const request = { method: 'GET' as const, url, headers: {}, timeoutMs: 1000 };
    expect(await attempt(client, url)).not.toBe('refused');
    await expect(client.exchange({ ...request, publicOnly: true })).rejects.toMatchObject({ kind: 'refused' });
    expect(await attempt(client, url)).not.toBe('refused');
  });

  it('the connection that stands is checked too, whatever the look-up seemed to say', async () => {
    const port = await startUpstream();
    let asked = 0;
    const shifty = {
      family: 4,
      get address() {
        asked += 1;
        return asked === 1 ? '8.8.8.8' : '127.0.0.1';
      },
    };
    const lookup: LookupFunction = (_hostname, _options, callback) => callback(null, [shifty]);
    const client = createHttpClient({ egress: { offline: false, allow: [`*:${port}`] }, clock: systemClock, lookup });
    cleanups.push(() => client.close());
    expect(await attempt(client, `http://a.test:${port}/`)).toBe('refused');
    expect(asked).toBeGreaterThan(1);
  });

  it('localhost must lead to loopback', async () => {
    const { client } = openClient([], [['8.8.8.8']]);
    expect(await attempt(client, 'http://localhost:1/')).toBe('refused');
  });

  it('a URL that is none is refused', async () => {
    const { client } = openClient([], [[]]);
    expect(await attempt(client, 'nonsense')).toBe('refused');
  });
});
