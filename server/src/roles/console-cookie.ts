/** How a browser keeps the console's session, and which of its requests count as the console's own. */
import type { IncomingHttpHeaders } from 'node:http';
import { HEADERS } from '@reeve/contracts';
import { AppError } from '#kernel';

const NAME = 'reeve_console';

/** What a request that a page makes by itself says in the console's header: it does not keep the session alive. */
const BY_ITSELF = 'background';

/**
 * The session's token as the browser sends it. `null` where there is none, or two: then one of them was planted by
 * another host of the same domain, and nobody can tell which.
 */
export function readSessionToken({ cookie }: IncomingHttpHeaders): string | null {
  if (cookie === undefined) return null;
  const found = cookie
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${NAME}=`));
  const [only] = found;
  return only === undefined || found.length > 1 ? null : only.slice(NAME.length + 1) || null;
}

/** Gives the browser a session to keep until it closes; with `null` takes it away. */
export function writeSessionCookie(token: string | null, isSecure: boolean): string {
  const kept = token === null ? '; Max-Age=0' : '';
  return `${NAME}=${token ?? ''}; Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}${kept}`;
}

/** Whether a person did something, as far as the console says. */
export function isPresent(headers: IncomingHttpHeaders): boolean {
  return headers[HEADERS.console] !== BY_ITSELF;
}

/**
 * A browser sends the cookie along with whatever page asks. So a request that may change something must carry a header that
 * no other origin can set without being asked about it first, and the browser must say that it comes from this origin.
 * Throws `AppError('cross_site_request')`.
 */
export function assertFromConsole(method: string | undefined, headers: IncomingHttpHeaders): void {
  if (method === 'GET' || method === 'HEAD') return;
  if (headers[HEADERS.console] === undefined) {
    throw new AppError('cross_site_request', {
      message: `A request that changes something with a console session needs the header "${HEADERS.console}: 1".`,
      param: HEADERS.console,
    });
  }
  if (!isSameOrigin(headers)) throw new AppError('cross_site_request');
}

/** `Sec-Fetch-Site` is the browser's own word; where it sends none (plain HTTP), `Origin` must name the host asked. */
function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = headers;
  if (origin === undefined || host === undefined) return false;
  return URL.parse(origin)?.host === host.toLowerCase();
}
