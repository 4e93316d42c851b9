import { describe, expect, it } from 'vitest';
import { createSeededRandom, createVirtualClock } from '../clock/testing.ts';
import { createLoopbackClient, startRawUpstream } from '../http-client/testing.ts';
import { systemClock } from '../clock/system-clock.ts';
import { asTenantId } from '#kernel';
import { LIFECYCLE, renderLifecycle, tenantPolicy } from './s3-bucket.ts';
import { createS3Objects } from './s3-objects.ts';
import { cutPieces, PIECE_BYTES } from './s3-uploads.ts';
import { parseS3Url } from './s3-url.ts';
import { escapeXml, readBlocks, readElement } from './s3-wire.ts';

describe('the address of S3', () => {
  it('names the bucket and who we are', () => {
    expect(parseS3Url('s3+http://key:se%2Fcret@127.0.0.1:7070/bucket?region=eu-west-1')).toEqual({
      origin: 'http://127.0.0.1:7070',
      bucket: 'bucket',
      region: 'eu-west-1',
      keys: { accessKeyId: 'key', secretAccessKey: 'se/cret' },
      publicOrigin: 'http://127.0.0.1:7070',
      coldClass: null,
    });
    expect(
      parseS3Url('s3+https://k:s@s3.internal/my-bucket?public=https://files.example&cold=GLACIER_IR'),
    ).toMatchObject({ region: 'us-east-1', publicOrigin: 'https://files.example', coldClass: 'GLACIER_IR' });
  });

  it.each([
    '',
    'https://k:s@host/bucket',
    's3+https://host/bucket',
    's3+https://k:s@host',
    's3+https://k:s@host/a/b',
    's3+ftp://k:s@h/bucket',
  ])('%j is refused', (text) => expect(() => parseS3Url(text)).toThrow(/REEVE_S3_URL must look like/));
});

describe('the policy of a tenant', () => {
  const policy = JSON.stringify(tenantPolicy('bucket', 'ten_1', 'arn:aws:iam::1:role/acme'));

  it('reaches its own prefix and no other', () => {
    expect(policy).toContain('"Resource":"arn:aws:s3:::bucket/tenant/ten_1/*"');
    expect(policy).toContain('"Condition":{"StringLike":{"s3:prefix":"tenant/ten_1/*"}}');
    expect(policy.match(/"Resource":"arn:aws:s3:::bucket\/[^"]*"/g)).toEqual([
      '"Resource":"arn:aws:s3:::bucket/tenant/ten_1/*"',
    ]);
    expect(policy).toContain('"aws:SecureTransport":"false"');
    expect(policy).not.toContain('s3:PutBucketPolicy');
  });
});

describe('the rules of a bucket', () => {
  it('are those of the contract: cold after 90 days, gone after seven years', () => {
    const xml = renderLifecycle(LIFECYCLE, 'GLACIER_IR');
    const rules = readBlocks(xml, 'Rule');
    expect(rules).toHaveLength(2);
    // MinIO refuses a rule about uploads alone.
    for (const { inner } of rules) expect(inner).toMatch(/<(Transition|Expiration)>/);
    expect(xml).toContain('<Transition><Days>90</Days><StorageClass>GLACIER_IR</StorageClass></Transition>');
    expect(xml).toContain('<Expiration><Days>2557</Days></Expiration>');
    expect(xml).toContain('<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation>');
    expect(renderLifecycle(LIFECYCLE, null)).not.toContain('Transition');
  });
});

describe('the XML of S3', () => {
  it('is read as it was meant', () => {
    const value = `a & b < c > "d" 'e'`;
    expect(readElement(`<A><B x="1">${escapeXml(value)}</B></A>`, 'B')).toBe(value);
    expect(readElement('<ETag>&quot;abc&quot;</ETag>', 'ETag')).toBe('"abc"');
    expect(readElement('<A/>', 'B')).toBeNull();
    expect(
      readBlocks(
        '<Version><VersionId>1</VersionId></Version><DeleteMarker><K>2</K></DeleteMarker>',
        'Version',
        'DeleteMarker',
      ),
    ).toEqual([
      { name: 'Version', inner: '<VersionId>1</VersionId>' },
      { name: 'DeleteMarker', inner: '<K>2</K>' },
    ]);
  });
});

it('cuts a stream into pieces of one size, whatever its chunks are', async () => {
  const random = createSeededRandom(1);
  const bytes = Buffer.alloc(2 * PIECE_BYTES + 12_345);
  random.fill(bytes);
  const chunks = (async function* () {
    for (let at = 0; at < bytes.length;) {
      const size = Math.ceil(random.fraction() * 900_000);
      yield bytes.subarray(at, at + size);
      at += size;
    }
  })();
  const pieces: Buffer[] = [];
  for await (const piece of cutPieces(chunks)) pieces.push(piece);
  expect(pieces.map(({ length }) => length)).toEqual([PIECE_BYTES, PIECE_BYTES, 12_345]);
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
});

it('asks again where S3 is too busy, and gives up in time', async () => {
  let asked = 0;
  const upstream = await startRawUpstream((socket) => {
    asked += 1;
    socket.write('HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\n\r\n');
  });
  const httpClient = createLoopbackClient();
  const url = `s3+http://k:s@127.0.0.1:${upstream.port}/bucket`;
  const objects = createS3Objects({ url, httpClient, clock: systemClock });
  const scope = { tenantId: asTenantId('default') };
  await expect(objects.head(scope, 'tenant/default/x')).rejects.toMatchObject({ code: 'objects_unavailable' });
  expect(asked).toBe(3);
  await httpClient.close();
  await upstream.close();
});

it('signs for at most a week', async () => {
  const httpClient = createLoopbackClient();
  const objects = createS3Objects({
    url: 's3+https://k:s@s3.example/bucket',
    httpClient,
    clock: createVirtualClock(0),
  });
  const scope = { tenantId: asTenantId('default') };
  const signed = await objects.presign(scope, 'tenant/default/x', { method: 'GET', expiresInSeconds: 9e9 });
  expect(signed.expiresAt).toBe('1970-01-08T00:00:00.000Z');
  expect(new URL(signed.url).searchParams.get('X-Amz-Expires')).toBe('604800');
  await httpClient.close();
});
