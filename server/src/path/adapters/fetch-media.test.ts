import type { Call, Part } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { HttpFailure, type HttpClient, type IncomingAnswer, type OutgoingRequest } from '#platform/http-client/port.ts';
import { createLoopbackClient } from '#platform/http-client/testing.ts';
import { systemClock } from '../../platform/clock/system-clock.ts';
import type { Attempt, Provider, UpstreamFailure } from './adapter.ts';
import { fetchMedia, inlineMedia } from './fetch-media.ts';

const provider: Provider = {
  name: 'acme',
  adapter: 'google',
  baseUrl: 'http://127.0.0.1:1',
  apiKey: 'acme-key-0123456789',
  region: null,
  timeoutMs: 1_000,
  streamUsage: true,
  catalogue: null,
  settings: {},
};
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
const PNG_URL = `data:image/png;base64,${PNG.toString('base64')}`;

function attemptOf(parts: Part[] = [], signal = new AbortController().signal): Attempt {
  const call: Call = { kind: 'chat', wire: 'openai', model: 'm', stream: false, parts, params: {}, extensions: {} };
  return { call, provider, modelId: 'm', timeoutMs: 1_000, signal };
}

function refusalOf(outcome: { type: string } | { type: 'failure'; failure: UpstreamFailure }): UpstreamFailure {
  if ('failure' in outcome) return outcome.failure;
  throw new Error(`not a failure but ${outcome.type}`);
}

interface Served {
  status?: number;
  type?: string;
  body?: Buffer;
}

/** A client before which every host serves the same; it keeps what was asked. */
function serve({ status = 200, type = 'image/png', body = PNG }: Served | undefined = {}) {
  const asked: OutgoingRequest[] = [];
  let aborted = 0;
  const answer: IncomingAnswer = {
    status,
    headers: type === '' ? {} : { 'content-type': type },
    readAll: async (limitBytes) => {
      if (body.length > limitBytes) throw new HttpFailure('too-large', 'too large');
      return body;
    },
    async *[Symbol.asyncIterator]() {
      yield body;
    },
    abort: () => void (aborted += 1),
  };
  const httpClient: HttpClient = {
    exchange: async (request) => {
      asked.push(request);
      return answer;
    },
    close: async () => undefined,
  };
  return { deps: { httpClient, clock: systemClock }, asked, countAborts: () => aborted };
}

/** A client whose every exchange fails so. */
const broken = (failure: HttpFailure) => ({
  httpClient: { exchange: () => Promise.reject(failure), close: async () => undefined },
  clock: systemClock,
});

describe('one medium', () => {
  it('is fetched as bytes with its type, and nothing of the provider goes along', async () => {
    const { deps, asked } = serve({ type: 'IMAGE/PNG; charset=binary' });
    const url = 'https://images.example.com/a.png?sig=1';
    const fetched = await fetchMedia(deps, attemptOf(), { url, kind: 'image' });
    expect(fetched).toEqual({
      type: 'media',
      blob: { mediaType: 'image/png', base64: PNG.toString('base64') },
      bytes: PNG.length,
    });
    expect(asked).toMatchObject([{ method: 'GET', url }]);
    expect(JSON.stringify(asked[0]?.headers)).not.toContain('acme-key');
    expect(asked[0]?.body).toBeUndefined();
  });

  it.each([
    'http://127.0.0.1/a.png',
    'http://localhost:8080/a.png',
    'http://[::1]/a.png',
    'http://10.0.0.7/a.png',
    'http://169.254.169.254/latest/meta-data',
    'http://2130706433/a.png',
  ])('is not asked for at %s, which points inward', async (url) => {
    const { deps, asked } = serve();
    const failure = refusalOf(await fetchMedia(deps, attemptOf(), { url, kind: 'image' }));
    expect(failure).toMatchObject({
      kind: 'unsupported',
      message: "The image's URL points inward; it is not fetched.",
    });
    expect(asked).toHaveLength(0);
  });

  it.each(['ftp://a.example.com/x', 'gs://bucket/x', 'data:image/png;base64,%', 'nothing'])(
    'is not asked for by %s',
    async (url) => {
      const { deps, asked } = serve();
      expect(refusalOf(await fetchMedia(deps, attemptOf(), { url, kind: 'file' })).kind).toBe('unsupported');
      expect(asked).toHaveLength(0);
    },
  );

  it('is refused by the egress rules in words that say what to do', async () => {
    const httpClient = createLoopbackClient();
    const wish = { url: 'https://images.example.com/a.png', kind: 'image' as const };
    const failure = refusalOf(await fetchMedia({ httpClient, clock: systemClock }, attemptOf(), wish));
    await httpClient.close();
    expect(failure.kind).toBe('unsupported');
    expect(failure.message).toContain('egress rules');
    expect(failure.message).not.toContain('example.com');
  });

  it.each<[Served, string]>([
    [{ status: 404 }, 'status 404'],
    [{ status: 302 }, 'redirects'],
    [{ type: 'text/html' }, 'text/html'],
    [{ type: 'application/octet-stream' }, 'application/octet-stream'],
    [{ type: '' }, 'content-type'],
    [{ body: Buffer.alloc(0) }, 'nothing'],
  ])('is refused where its server says %j', async (served, words) => {
    const { deps, countAborts } = serve(served);
    const wish = { url: 'https://a.example.com/x', kind: 'image' as const };
    const failure = refusalOf(await fetchMedia(deps, attemptOf(), wish));
    expect(failure.kind).toBe('unsupported');
    expect(failure.message).toContain(words);
    expect(countAborts()).toBe(served.body === undefined ? 1 : 0);
  });

  it('may be any file but a web page where a file is wanted', async () => {
    const wish = { url: 'https://a.example.com/x', kind: 'file' as const };
    expect(await fetchMedia(serve({ type: 'application/pdf' }).deps, attemptOf(), wish)).toMatchObject({
      blob: { mediaType: 'application/pdf' },
    });
    expect(refusalOf(await fetchMedia(serve({ type: 'text/html' }).deps, attemptOf(), wish)).message).toContain('page');
  });

  it.each(['connect', 'reset', 'timeout', 'too-large', 'malformed'] as const)(
    'is the caller’s matter and not the provider’s when its server fails by %s',
    async (kind) => {
      const wish = { url: 'https://a.example.com/x', kind: 'image' as const };
      const failure = refusalOf(await fetchMedia(broken(new HttpFailure(kind, 'a.example.com')), attemptOf(), wish));
      expect(failure).toMatchObject({ kind: 'unsupported', detail: 'a.example.com' });
    },
  );

  it('is given up when the caller goes', async () => {
    const caller = new AbortController();
    caller.abort();
    const deps = broken(new HttpFailure('aborted', 'gone'));
    const wish = { url: 'https://a.example.com/x', kind: 'image' as const };
    expect(refusalOf(await fetchMedia(deps, attemptOf([], caller.signal), wish)).kind).toBe('aborted');
  });

  it('is given up when it takes longer than the attempt may', async () => {
    const httpClient: HttpClient = {
      exchange: ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new HttpFailure('aborted', 'gone')));
        }),
      close: async () => undefined,
    };
    const attempt = { ...attemptOf(), timeoutMs: 20 };
    const wish = { url: 'https://a.example.com/x', kind: 'image' as const };
    const failure = refusalOf(await fetchMedia({ httpClient, clock: systemClock }, attempt, wish));
    expect(failure).toMatchObject({ kind: 'unsupported' });
    expect(failure.message).toContain('in time');
  });
});

describe('the media of a call', () => {
  const image = (url: string): Part => ({ type: 'image', turn: 0, role: 'user', url });

  it('become data: URLs, each URL fetched once, in messages and in results of tools', async () => {
    const { deps, asked } = serve();
    const url = 'https://a.example.com/x.png';
    const text: Part = { type: 'text', turn: 0, role: 'user', text: url };
    const result = (to: string): Part => ({
      type: 'tool-result',
      turn: 1,
      role: 'tool',
      id: 'c1',
      content: [
        { type: 'text', text: 'see' },
        { type: 'image', url: to },
      ],
    });
    const inlined = await inlineMedia(deps, attemptOf([text, image(url), image(PNG_URL), result(url)]));
    expect(inlined).toMatchObject({ call: { parts: [text, image(PNG_URL), image(PNG_URL), result(PNG_URL)] } });
    expect(asked).toHaveLength(1);
  });

  it('leave a call without URLs as it is', async () => {
    const { deps, asked } = serve();
    const attempt = attemptOf([image(PNG_URL), { type: 'file', turn: 0, role: 'user', data: 'AA' }]);
    expect(await inlineMedia(deps, attempt)).toEqual({ type: 'call', call: attempt.call });
    expect(asked).toHaveLength(0);
  });

  it('stay where the provider reads the URL itself', async () => {
    const { deps, asked } = serve();
    const attempt = attemptOf([image('https://own.example.com/files/1')]);
    const inlined = await inlineMedia(deps, attempt, (url) => url.startsWith('https://own.'));
    expect(inlined).toEqual({ type: 'call', call: attempt.call });
    expect(asked).toHaveLength(0);
  });

  it('may hold only so much together', async () => {
    const { deps } = serve({ body: Buffer.alloc(11 * 1024 * 1024, 1) });
    expect((await inlineMedia(deps, attemptOf([image('https://a.example.com/1')]))).type).toBe('call');
    const both = attemptOf([image('https://a.example.com/1'), image('https://a.example.com/2')]);
    expect(refusalOf(await inlineMedia(deps, both)).message).toContain('20 MiB');
    const many = attemptOf(Array.from({ length: 33 }, (_, at) => image(`https://a.example.com/${at}`)));
    expect(refusalOf(await inlineMedia(deps, many)).message).toContain('32');
  });

  it('fail the call as a whole where one cannot be had', async () => {
    const { deps, asked } = serve();
    const attempt = attemptOf([image('https://a.example.com/1'), image('http://127.0.0.1/2')]);
    expect(refusalOf(await inlineMedia(deps, attempt)).message).toContain('inward');
    expect(asked).toHaveLength(1);
  });
});
