/** A command that uses a key, chosen by what the key may do; ready for a shell. */
import type { Key } from './use-keys.ts';

export function writeExample({ scopes, models }: Pick<Key, 'scopes' | 'models'>, known: readonly string[]): string {
  const may = (scope: string): boolean => scopes.includes('*') || scopes.includes(scope);
  const head = `curl -s ${window.location.origin}`;
  const auth = '  -H "Authorization: Bearer $REEVE_API_KEY"';
  if (may('models:invoke')) {
    const model = models?.[0] ?? known[0] ?? 'reeve/hello';
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] });
    return [
      `${head}/v1/chat/completions \\`,
      `${auth} \\`,
      '  -H "Content-Type: application/json" \\',
      `  -d ${quote(body)}`,
    ].join('\n');
  }
  return `${head}${READABLE.find(([scope]) => may(scope))?.[1] ?? '/api/v1/me'} \\\n${auth}`;
}

const READABLE = [
  ['receipts:read', '/api/v1/receipts'],
  ['usage:read', '/api/v1/usage'],
  ['keys:manage', '/api/v1/keys'],
  ['members:manage', '/api/v1/members'],
  ['operations:read', '/api/v1/operations/live'],
] as const;

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
