/** KV version 2 and Transit as Vault 1.21 answers for them, kept in memory. */
import {
  createCipheriv,
  createDecipheriv,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';

export interface VaultReply {
  status: number;
  /** Absent for 204. */
  body?: unknown;
}

export type VaultEngine = (method: string, path: string, body: VaultBody, query: URLSearchParams) => VaultReply;
export type VaultBody = Readonly<Record<string, unknown>>;

export const refuse = (status: number, ...errors: string[]): VaultReply => ({ status, body: { errors } });
const answer = (data: unknown): VaultReply => ({
  status: 200,
  body: { request_id: randomBytes(8).toString('hex'), lease_id: '', renewable: false, lease_duration: 0, data },
});
const done: VaultReply = { status: 204 };
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

interface SecretVersion {
  data: unknown;
  created_time: string;
  deletion_time: string;
  destroyed: boolean;
}

/** Paths are relative to the mount: `data/a/b`, `metadata/a/`, `delete/a`, `undelete/a`, `destroy/a`. */
export function createKvEngine(): VaultEngine {
  const secrets = new Map<string, SecretVersion[]>();
  return (method, path, body, query) => {
    const [, operation = '', name = ''] = /^(\w+)\/?(.*)$/.exec(path) ?? [];
    const versions = secrets.get(name);
    // Node's HTTP server does not know the method LIST, which is Vault's other word for this.
    if (operation === 'metadata' && query.get('list') === 'true') return list(secrets, name);
    if (operation === 'data' && method !== 'GET' && method !== 'DELETE') return write(secrets, name, body);
    if (versions === undefined) return method === 'DELETE' ? done : refuse(404);
    if (operation === 'data' && method === 'GET') return read(versions, Number(query.get('version') ?? 0));
    if (operation === 'metadata' && method === 'GET') return describe(versions);
    if (operation === 'metadata' && method === 'DELETE') {
      secrets.delete(name);
      return done;
    }
    const named = operation === 'data' ? [versions.length] : Array.isArray(body['versions']) ? body['versions'] : [];
    for (const number of named) change(versions[Number(number) - 1], operation);
    return done;
  };
}

function write(secrets: Map<string, SecretVersion[]>, name: string, body: VaultBody): VaultReply {
  const versions = secrets.get(name) ?? [];
  const cas = (body['options'] as { cas?: number } | undefined)?.cas;
  if (cas !== undefined && cas !== versions.length) {
    return refuse(400, 'check-and-set parameter did not match the current version');
  }
  const created_time = new Date().toISOString();
  versions.push({ data: body['data'], created_time, deletion_time: '', destroyed: false });
  secrets.set(name, versions);
  return answer(metadata(versions, versions.length));
}

function read(versions: SecretVersion[], asked: number): VaultReply {
  const number = asked === 0 ? versions.length : asked;
  const version = versions[number - 1];
  if (version === undefined) return refuse(404);
  const gone = version.destroyed || version.deletion_time !== '';
  const reply = answer({ data: gone ? null : version.data, metadata: metadata(versions, number) });
  return { ...reply, status: gone ? 404 : 200 };
}

function list(secrets: ReadonlyMap<string, unknown>, folder: string): VaultReply {
  const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  const below = [...secrets.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  const keys = [...new Set(below.map((name) => /^[^/]*\/?/.exec(name)?.[0] ?? ''))].toSorted();
  return keys.length === 0 ? refuse(404) : answer({ keys });
}

function describe(versions: SecretVersion[]): VaultReply {
  const all = versions.map((version, index) => [String(index + 1), { ...version, data: undefined }]);
  return answer({ current_version: versions.length, oldest_version: 1, versions: Object.fromEntries(all) });
}

function change(version: SecretVersion | undefined, operation: string): void {
  if (version === undefined) return;
  if (operation === 'undelete') version.deletion_time = '';
  else if (operation === 'destroy') Object.assign(version, { destroyed: true, data: null });
  else version.deletion_time = new Date().toISOString();
}

function metadata(versions: readonly SecretVersion[], number: number) {
  return { ...versions[number - 1], data: undefined, custom_metadata: null, version: number };
}

interface TransitKey {
  type: string;
  derived: boolean;
  minDecryption: number;
  deletable: boolean;
  /** A secret for each version. */
  secrets: Buffer[];
  pairs: { publicKey: KeyObject; privateKey: KeyObject }[];
}

const MISSING_CONTEXT =
  "missing 'context' for key derivation; the key was created using a derived key, which means additional, per-request information must be included in order to perform operations with the key";

/** Paths are relative to the mount: `keys/a`, `keys/a/rotate`, `encrypt/a`, `datakey/plaintext/a`, … */
export function createTransitEngine(): VaultEngine {
  const keys = new Map<string, TransitKey>();
  return (method, path, body, query) => {
    if (path === 'keys' && query.get('list') === 'true') return answer({ keys: [...keys.keys()].toSorted() });
    const [, operation = '', name = '', verb = ''] = /^(datakey\/\w+|\w+)\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
    if (operation === 'keys') return manage(keys, name, method === 'GET' || method === 'DELETE' ? method : verb, body);
    const key = keys.get(name);
    if (key === undefined) return refuse(400, 'encryption key not found');
    if (key.derived && text(body['context']) === '') return refuse(400, MISSING_CONTEXT);
    return use(key, operation, body);
  };
}

function manage(keys: Map<string, TransitKey>, name: string, verb: string, body: VaultBody): VaultReply {
  const key = keys.get(name);
  if (verb === '') {
    if (key === undefined) keys.set(name, addVersion(newKey(body)));
    return done;
  }
  if (key === undefined)
    return verb === 'GET' ? refuse(404) : refuse(400, `no existing key named ${name} could be found`);
  if (verb === 'rotate') addVersion(key);
  if (verb === 'config') {
    key.minDecryption = Number(body['min_decryption_version'] ?? key.minDecryption);
    key.deletable = Boolean(body['deletion_allowed'] ?? key.deletable);
  }
  if (verb === 'DELETE') {
    if (!key.deletable) return refuse(400, `deletion is not allowed for this key`);
    keys.delete(name);
  }
  return verb === 'GET' ? answer(describeKey(name, key)) : done;
}

function newKey(body: VaultBody): TransitKey {
  const type = text(body['type']) || 'aes256-gcm96';
  return { type, derived: body['derived'] === true, minDecryption: 1, deletable: false, secrets: [], pairs: [] };
}

function addVersion(key: TransitKey): TransitKey {
  key.secrets.push(randomBytes(32));
  key.pairs.push(generateKeyPairSync('ed25519'));
  return key;
}

function describeKey(name: string, key: TransitKey) {
  const latest_version = key.secrets.length;
  const versions = key.pairs.map(({ publicKey }, index) => [
    String(index + 1),
    key.type === 'ed25519' ? { public_key: publicKey.export({ type: 'spki', format: 'der' }).toString('base64') } : 0,
  ]);
  const { type, derived, minDecryption: min_decryption_version, deletable: deletion_allowed } = key;
  return {
    name,
    type,
    derived,
    latest_version,
    min_decryption_version,
    deletion_allowed,
    keys: Object.fromEntries(versions),
  };
}

function use(key: TransitKey, operation: string, body: VaultBody): VaultReply {
  const key_version = key.secrets.length;
  const plaintext = Buffer.from(text(body['plaintext']), 'base64');
  const mark = (bytes: Buffer): string => `vault:v${key_version}:${bytes.toString('base64')}`;
  const lock = (bytes: Buffer): string => mark(seal(findSecret(key, key_version, body), bytes));
  switch (operation) {
    case 'encrypt':
      return answer({ ciphertext: lock(plaintext), key_version });
    case 'decrypt':
      return withPlaintext(key, body, (opened) => ({ plaintext: opened.toString('base64') }));
    case 'rewrap':
      return withPlaintext(key, body, (opened) => ({ ciphertext: lock(opened), key_version }));
    case 'datakey/plaintext':
    case 'datakey/wrapped': {
      const made = randomBytes(Number(body['bits'] ?? 256) / 8);
      const shown = operation === 'datakey/plaintext' ? { plaintext: made.toString('base64') } : {};
      return answer({ ...shown, ciphertext: lock(made), key_version });
    }
    case 'sign':
    case 'verify':
      return signOrVerify(key, operation, body);
    default:
      return refuse(404, 'unsupported path');
  }
}

function withPlaintext(key: TransitKey, body: VaultBody, render: (opened: Buffer) => unknown): VaultReply {
  const [, version = '0', bytes = ''] = /^vault:v(\d+):(.*)$/.exec(text(body['ciphertext'])) ?? [];
  if (Number(version) === 0) return refuse(400, 'invalid ciphertext: no prefix');
  if (Number(version) < key.minDecryption)
    return refuse(400, 'ciphertext or signature version is disallowed by policy (too old)');
  if (Number(version) > key.secrets.length) return refuse(400, 'invalid ciphertext: version is too new');
  const opened = unseal(findSecret(key, Number(version), body), Buffer.from(bytes, 'base64'));
  return opened === null ? refuse(400, 'cipher: message authentication failed') : answer(render(opened));
}

function signOrVerify(key: TransitKey, operation: string, body: VaultBody): VaultReply {
  const input = Buffer.from(text(body['input']), 'base64');
  const [, version = String(key.pairs.length), bytes = ''] = /^vault:v(\d+):(.*)$/.exec(text(body['signature'])) ?? [];
  const pair = key.pairs[Number(version) - 1];
  if (key.type !== 'ed25519' || pair === undefined) return refuse(400, `key type ${key.type} does not support signing`);
  if (operation === 'verify')
    return answer({ valid: verify(null, input, pair.publicKey, Buffer.from(bytes, 'base64')) });
  return answer({ signature: `vault:v${version}:${sign(null, input, pair.privateKey).toString('base64')}` });
}

/** Of a derived key each context has a secret of its own. */
function findSecret(key: TransitKey, version: number, body: VaultBody): Buffer {
  const secret = key.secrets[version - 1] ?? Buffer.alloc(32);
  if (!key.derived) return secret;
  return Buffer.from(hkdfSync('sha256', secret, '', Buffer.from(text(body['context']), 'base64'), 32));
}

function seal(secret: Buffer, plaintext: Buffer): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', secret, nonce);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** `null` where the bytes were not sealed with this secret. */
function unseal(secret: Buffer, bytes: Buffer): Buffer | null {
  if (bytes.length < 28) return null;
  const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(-16));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
  } catch {
    return null;
  }
}
