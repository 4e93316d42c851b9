/** What stands in the bucket: keys by prefix, and the versions of one key. */
import type { ListedObject, ListedVersion } from './port.ts';
import type { S3Client } from './s3-client.ts';
import { bareEtag, readBlocks, readElement } from './s3-wire.ts';

interface Page {
  prefix: string;
  after: string;
  limit: number;
}

export async function listKeys(client: S3Client, { prefix, after, limit }: Page) {
  const { text } = await client.expect({
    method: 'GET',
    query: { 'list-type': '2', prefix, 'max-keys': String(limit), ...(after === '' ? {} : { 'start-after': after }) },
  });
  const objects = readBlocks(text, 'Contents').map(({ inner }): ListedObject => ({
    key: readElement(inner, 'Key') ?? '',
    sizeBytes: Number(readElement(inner, 'Size')),
    etag: bareEtag(readElement(inner, 'ETag')),
    modifiedAt: toIso(readElement(inner, 'LastModified')),
  }));
  const isMore = readElement(text, 'IsTruncated') === 'true';
  return { objects, next: isMore ? (objects.at(-1)?.key ?? null) : null };
}

/** Newest first. Other keys that begin with this one are passed over. */
export async function listVersions(client: S3Client, key: string): Promise<ListedVersion[]> {
  const found: (ListedVersion & { newest: boolean })[] = [];
  let marker: Record<string, string> = {};
  for (;;) {
    const { text } = await client.expect({ method: 'GET', query: { versions: '', prefix: key, ...marker } });
    const rows = readBlocks(text, 'Version', 'DeleteMarker').filter(({ inner }) => readElement(inner, 'Key') === key);
    found.push(...rows.map(toVersion));
    const nextKey = readElement(text, 'NextKeyMarker');
    if (readElement(text, 'IsTruncated') !== 'true' || nextKey === null || nextKey > key) return inOrder(found);
    marker = { 'key-marker': nextKey, 'version-id-marker': readElement(text, 'NextVersionIdMarker') ?? '' };
  }
}

function toVersion({ name, inner }: { name: string; inner: string }): ListedVersion & { newest: boolean } {
  return {
    version: readElement(inner, 'VersionId') ?? '',
    modifiedAt: toIso(readElement(inner, 'LastModified')),
    deleted: name === 'DeleteMarker',
    newest: readElement(inner, 'IsLatest') === 'true',
  };
}

/** Some stores list marks of deletion apart from versions. */
function inOrder(versions: readonly (ListedVersion & { newest: boolean })[]): ListedVersion[] {
  const sorted = versions.toSorted(
    (a, b) => Number(b.newest) - Number(a.newest) || Date.parse(b.modifiedAt) - Date.parse(a.modifiedAt),
  );
  return sorted.map(({ version, modifiedAt, deleted }) => ({ version, modifiedAt, deleted }));
}

function toIso(text: string | null): string {
  return new Date(text ?? 0).toISOString();
}
