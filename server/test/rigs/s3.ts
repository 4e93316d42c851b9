import { createHash, createHmac } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { answersOk, findEngine, startEngine, type EngineOptions, type EngineRig } from './engine-process.ts';

export interface S3Rig extends EngineRig {
  server: 'versitygw' | 'MinIO';
  /** `http://127.0.0.1:…`; buckets stand in the path. */
  endpoint: string;
  accessKey: string;
  secretKey: string;
  region: string;
  /** Exists, with versions kept. */
  bucket: string;
  /** The five above in one: `s3+http://key:secret@127.0.0.1:…/bucket?region=…` */
  url: string;
  /** Asks the server as its owner: a request signed by this rig's own hand, e.g. `('PUT', '/bucket/key', 'text')`. */
  request(method: string, pathAndQuery: string, body?: string): Promise<Response>;
}

const VERSION = '1.8.0';
const REGION = 'us-east-1';
const KEYS = { accessKey: 'reeve-rig', secretKey: 'reeve-rig-secret' };
const BUCKET = 'reeve';

const VERSIONS_ON =
  '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>';

/** Built from its source, which takes minutes: for the long form. */
const MINIO = process.env['REEVE_TEST_MINIO'];

/** A real S3 server over a temp folder with one bucket, on a free port. Throws where it cannot start. */
export async function startS3(): Promise<S3Rig> {
  const rig = await startEngine(MINIO === undefined ? versitygw() : minio(MINIO));
  const host = `127.0.0.1:${rig.port}`;
  const request: S3Rig['request'] = (method, pathAndQuery, body = '') =>
    fetch(`http://${host}${pathAndQuery}`, {
      method,
      headers: signHeaders({ method, host, pathAndQuery, body }),
      ...(body === '' ? {} : { body }),
    });
  try {
    await expectOk(await request('PUT', `/${BUCKET}`));
    await expectOk(await request('PUT', `/${BUCKET}?versioning=`, VERSIONS_ON));
  } catch (error) {
    await rig.stop();
    throw error;
  }
  const url = `s3+http://${KEYS.accessKey}:${KEYS.secretKey}@${host}/${BUCKET}?region=${REGION}`;
  const server = MINIO === undefined ? 'versitygw' : 'MinIO';
  return Object.assign(rig, {
    ...KEYS,
    server,
    endpoint: `http://${host}`,
    region: REGION,
    bucket: BUCKET,
    url,
    request,
  } as const);
}

function versitygw(): EngineOptions {
  return {
    name: 's3',
    binary: findEngine(`versitygw-${VERSION}`, 'versitygw'),
    args(port, folder) {
      const [data, versions] = [join(folder, 'data'), join(folder, 'versions')];
      for (const place of [data, versions]) mkdirSync(place, { recursive: true });
      const options = ['--port', `127.0.0.1:${port}`, '--region', REGION, '--health', '/healthz', '--quiet'];
      return [...options, 'posix', '--versioning-dir', versions, data];
    },
    env: { ROOT_ACCESS_KEY: KEYS.accessKey, ROOT_SECRET_KEY: KEYS.secretKey },
    isReady: (port) => answersOk(`http://127.0.0.1:${port}/healthz`),
  };
}

function minio(binary: string): EngineOptions {
  return {
    name: 'minio',
    binary,
    args: (port, folder) => ['server', '--quiet', '--address', `127.0.0.1:${port}`, join(folder, 'data')],
    env: {
      MINIO_ROOT_USER: KEYS.accessKey,
      MINIO_ROOT_PASSWORD: KEYS.secretKey,
      MINIO_REGION: REGION,
      MINIO_UPDATE: 'off',
      MINIO_BROWSER: 'off',
    },
    isReady: (port) => answersOk(`http://127.0.0.1:${port}/minio/health/cluster`),
  };
}

async function expectOk(response: Response): Promise<void> {
  const text = await response.text();
  if (!response.ok) throw new Error(`the S3 server answers ${response.status}: ${text}`);
}

interface Unsigned {
  method: string;
  host: string;
  /** Percent-encoded, each parameter with its `=`. */
  pathAndQuery: string;
  body: string;
}

/** AWS Signature Version 4, apart from the program's own signer, so that neither hides a fault of the other. */
function signHeaders({ method, host, pathAndQuery, body }: Unsigned): Record<string, string> {
  const [path = '', query = ''] = pathAndQuery.split('?');
  const time = new Date().toISOString().replaceAll(/[:-]|\.\d{3}/g, '');
  const place = `${time.slice(0, 8)}/${REGION}/s3/aws4_request`;
  const bodyHash = sha256(body);
  const names = 'host;x-amz-content-sha256;x-amz-date';
  const lines = [`host:${host}`, `x-amz-content-sha256:${bodyHash}`, `x-amz-date:${time}`];
  const canonical = [method, path, query.split('&').toSorted().join('&'), ...lines, '', names, bodyHash].join('\n');
  const key = place.split('/').reduce(hmac, Buffer.from(`AWS4${KEYS.secretKey}`));
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, place, sha256(canonical)].join('\n')).toString('hex');
  return {
    'x-amz-content-sha256': bodyHash,
    'x-amz-date': time,
    authorization: `AWS4-HMAC-SHA256 Credential=${KEYS.accessKey}/${place}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
