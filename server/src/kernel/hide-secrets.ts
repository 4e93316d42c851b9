/** URLs of the configuration, for people who look. */

const HOSTS = /^[\w.-]+(:\d{1,5})?(,[\w.-]+(:\d{1,5})?)*$|^\[[\da-f:.]+\](:\d{1,5})?$/i;
/** Words, versions and the numbers of Redis's databases. Gateways and hooks take tokens as a part of the path. */
const HARMLESS = /^([a-z][a-z-]{0,15}|v\d{1,3}((alpha|beta)\d*)?|\d{1,2})?$/;

/**
 * A URL without user, password and query, where it is certain which part is which: passwords that were not encoded may
 * hold every sign that parts a URL. Else the scheme alone. Of the path, what cannot be a token.
 */
export function hideSecrets(url: string): string {
  if (url === '') return '';
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(url) ?? [];
  const [before = '', ...query] = rest.split(/[?#]/);
  const host = before.slice(before.lastIndexOf('@') + 1);
  const [authority = '', ...path] = host.split('/');
  const isCertain = HOSTS.test(authority) && !query.join('').includes('@');
  const shown = path.map((segment) => (HARMLESS.test(segment) ? segment : '…'));
  return isCertain ? `${scheme}://${[authority, ...shown].join('/')}` : `${scheme}://…`;
}
