/** `fetch` as packages expect it, over the one exit: egress rules, deadlines and the address guard hold for them too. */
import type { HttpClient, OutgoingRequest } from '#platform/http-client/port.ts';
import type { Provider } from '../adapter.ts';

export function createFetch({ httpClient }: { httpClient: HttpClient }, { timeoutMs }: Provider): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const bytes = request.body === null ? null : Buffer.from(await request.arrayBuffer());
    const outgoing: OutgoingRequest = {
      method: request.method === 'GET' ? 'GET' : 'POST',
      url: request.url,
      headers: Object.fromEntries(request.headers),
      timeoutMs,
      signal: request.signal,
      ...(bytes === null ? {} : { body: bytes }),
    };
    const answer = await httpClient.exchange(outgoing);
    const headers = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]);
    const body = BODILESS.has(answer.status) ? null : ReadableStream.from(answer);
    return new Response(body, { status: answer.status, headers });
  };
}

/** `Response` takes no body with these. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);
