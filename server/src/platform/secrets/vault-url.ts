/** `REEVE_VAULT_URL`: where Vault is, who we are there, and where its engines are mounted. */

export type VaultLogin = { type: 'token'; token: string } | { type: 'approle'; roleId: string; secretId: string };

export interface VaultAddress {
  /** `https://vault.example:8200`, without credentials. */
  origin: string;
  login: VaultLogin;
  /** Where KV version 2 is mounted. */
  kvMount: string;
  /** Where Transit is mounted, and the name of our key there. */
  transitMount: string;
  transitKey: string;
  /** Of Vault Enterprise. */
  namespace: string | null;
}

const FORM =
  'https://<role id>:<secret id>@host:8200 (AppRole) or https://:<token>@host:8200, with ?kv=<mount>&transit=<mount>&key=<name>&namespace=<name> where they are not secret, transit and reeve';

/**
 * Reads `https://role:secret@host:8200?kv=secret&transit=transit&key=reeve`. A user name and a password are an AppRole, a
 * password alone is a token.
 * @throws TypeError that says the form, on anything else.
 */
export function parseVaultUrl(text: string): VaultAddress {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.password === '' || url.pathname.length > 1) {
    throw new TypeError(`REEVE_VAULT_URL must look like ${FORM}.`);
  }
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  const option = (name: string, fallback: string): string => url.searchParams.get(name) ?? fallback;
  return {
    origin: url.origin,
    login: user === '' ? { type: 'token', token: password } : { type: 'approle', roleId: user, secretId: password },
    kvMount: option('kv', 'secret'),
    transitMount: option('transit', 'transit'),
    transitKey: option('key', 'reeve'),
    namespace: url.searchParams.get('namespace'),
  };
}
