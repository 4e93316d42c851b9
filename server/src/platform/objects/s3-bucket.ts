/** The bucket itself: made, versioned, and cleaned up by rules; and policies that let one tenant's keys be reached. */
import { createHash } from 'node:crypto';
import { unavailable, type S3Client } from './s3-client.ts';
import type { S3Address } from './s3-url.ts';
import { escapeXml, NAMESPACE } from './s3-wire.ts';

/** What becomes of objects with time. */
export interface LifecycleRule {
  id: string;
  /** Objects move to the cold class after so many days. */
  coldAfterDays?: number;
  /** The newest version is deleted after so many days. */
  expireAfterDays?: number;
  /** Older versions go for good so many days after they were replaced. */
  expireOldVersionsAfterDays?: number;
  /** Uploads in parts are forgotten after so many days. */
  abortUploadsAfterDays?: number;
}

/**
 * Cold after 90 days, gone after seven years; what was replaced or never finished goes sooner. Uploads have no rule of
 * their own: MinIO, which forgets them by itself, refuses one.
 */
export const LIFECYCLE: readonly LifecycleRule[] = [
  { id: 'reeve-cold', coldAfterDays: 90 },
  { id: 'reeve-end', expireAfterDays: 7 * 365 + 2, expireOldVersionsAfterDays: 90, abortUploadsAfterDays: 7 },
];

export interface BucketReport {
  bucket: 'made' | 'found';
  /** `unsupported`: this store has no such rules, and nothing is cleaned up by itself. */
  lifecycle: 'set' | 'unsupported';
}

/**
 * Makes the bucket where it is missing, and sets versions and rules. Doing it again changes nothing. Rejects with
 * `AppError('objects_unavailable')`; a store without versions is refused.
 */
export async function prepareBucket(client: S3Client, { region, coldClass }: S3Address): Promise<BucketReport> {
  const bucket = (await client.expect({ method: 'HEAD' }, 404)).status === 404 ? 'made' : 'found';
  if (bucket === 'made') await client.expect({ method: 'PUT', body: renderPlace(region) }, 409);
  await client.expect({ method: 'PUT', query: { versioning: '' }, body: VERSIONS_ON });
  const body = renderLifecycle(LIFECYCLE, coldClass);
  const reply = await client.ask({ method: 'PUT', query: { lifecycle: '' }, headers: checksums(body), body });
  if (reply.status >= 300 && reply.status !== 501)
    throw unavailable(`the lifecycle rules are refused: ${reply.status} ${reply.code}`);
  return { bucket, lifecycle: reply.status === 501 ? 'unsupported' : 'set' };
}

/** The rules as S3 takes them. Without a cold class nothing moves. */
export function renderLifecycle(rules: readonly LifecycleRule[], coldClass: string | null): string {
  const rows = rules.map((rule) => renderRule(rule, coldClass)).join('');
  return `<LifecycleConfiguration xmlns="${NAMESPACE}">${rows}</LifecycleConfiguration>`;
}

/**
 * A policy (AWS's JSON) that lets `principal`, e.g. `arn:aws:iam::1:role/acme`, reach one tenant's objects and nothing
 * else of the bucket, and only over TLS.
 */
export function tenantPolicy(bucket: string, tenantId: string, principal: string): object {
  const place = `arn:aws:s3:::${bucket}`;
  const who = { AWS: principal };
  const own = `tenant/${tenantId}/*`;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'ObjectsOfTheTenant',
        Effect: 'Allow',
        Principal: who,
        Action: OBJECT_ACTIONS.map((action) => `s3:${action}`),
        Resource: `${place}/${own}`,
      },
      {
        Sid: 'NamesOfTheTenant',
        Effect: 'Allow',
        Principal: who,
        Action: ['s3:ListBucket', 's3:ListBucketVersions'],
        Resource: place,
        Condition: { StringLike: { 's3:prefix': own } },
      },
      {
        Sid: 'OnlyOverTls',
        Effect: 'Deny',
        Principal: who,
        Action: 's3:*',
        Resource: [place, `${place}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  };
}

const OBJECT_ACTIONS = [
  'GetObject',
  'GetObjectVersion',
  'PutObject',
  'DeleteObject',
  'DeleteObjectVersion',
  'GetObjectTagging',
  'PutObjectTagging',
  'AbortMultipartUpload',
  'ListMultipartUploadParts',
];

const VERSIONS_ON = `<VersioningConfiguration xmlns="${NAMESPACE}"><Status>Enabled</Status></VersioningConfiguration>`;
/** The one region that must not be named. */
const FIRST_REGION = 'us-east-1';

function renderPlace(region: string): string {
  if (region === FIRST_REGION) return '';
  return `<CreateBucketConfiguration xmlns="${NAMESPACE}"><LocationConstraint>${escapeXml(region)}</LocationConstraint></CreateBucketConfiguration>`;
}

function renderRule(rule: LifecycleRule, coldClass: string | null): string {
  const days = (name: string, tag: string, count: number | undefined): string =>
    count === undefined ? '' : `<${name}><${tag}>${count}</${tag}></${name}>`;
  const cold =
    rule.coldAfterDays === undefined || coldClass === null
      ? ''
      : `<Transition><Days>${rule.coldAfterDays}</Days><StorageClass>${escapeXml(coldClass)}</StorageClass></Transition>`;
  const actions = [
    cold,
    days('Expiration', 'Days', rule.expireAfterDays),
    days('NoncurrentVersionExpiration', 'NoncurrentDays', rule.expireOldVersionsAfterDays),
    days('AbortIncompleteMultipartUpload', 'DaysAfterInitiation', rule.abortUploadsAfterDays),
  ].join('');
  if (actions === '') return '';
  return `<Rule><ID>${escapeXml(rule.id)}</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status>${actions}</Rule>`;
}

/** S3 wants proof that rules arrive whole. */
function checksums(body: string): Record<string, string> {
  return { 'content-md5': createHash('md5').update(body).digest('base64') };
}
