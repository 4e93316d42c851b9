/** `REEVE_S3_URL`: one bucket, and who we are there. */
import type { AwsKeys } from '../crypto/port.ts';

export interface S3Address {
  /** `https://s3.example:9000`; the bucket stands in the path. */
  origin: string;
  bucket: string;
  region: string;
  keys: AwsKeys;
  /** Where callers reach the same store, for signed requests. The origin, unless told otherwise. */
  publicOrigin: string;
  /** The storage class of objects older than 90 days; `null` leaves them where they are. */
  coldClass: string | null;
}

const FORM =
  's3+https://<key>:<secret>@host[:port]/<bucket>?region=<region> (s3+http:// without TLS), with &public=<origin> and &cold=<storage class> where they are wanted';
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/**
 * Reads `s3+https://key:secret@host:port/bucket?region=eu-west-1`; key and secret percent-encoded.
 * @throws TypeError that says the form, on anything else.
 */
export function parseS3Url(text: string): S3Address {
  const url = /^s3\+https?:\/\//.test(text) ? URL.parse(text.slice('s3+'.length)) : null;
  const bucket = url?.pathname.slice(1) ?? '';
  const publicOrigin = url === null ? null : URL.parse(url.searchParams.get('public') ?? url.origin);
  if (url === null || publicOrigin === null || url.username === '' || url.password === '' || !BUCKET.test(bucket)) {
    throw new TypeError(`REEVE_S3_URL must look like ${FORM}.`);
  }
  return {
    origin: url.origin,
    bucket,
    region: url.searchParams.get('region') ?? 'us-east-1',
    keys: { accessKeyId: decodeURIComponent(url.username), secretAccessKey: decodeURIComponent(url.password) },
    publicOrigin: publicOrigin.origin,
    coldClass: url.searchParams.get('cold'),
  };
}
