import { ReceiptSchema } from '@reeve/contracts';
import { AppError, createChecker, createIdSource, defaultTenantId, type TenantId } from '#kernel';
import { createSystemRandom, systemClock } from '#platform/clock/system-clock.ts';
import type { Database } from '#platform/database/port.ts';
import { openTestDatabase } from '#platform/database/testing.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReceiptDraft } from './ledger.ts';
import { askRoute, makeDraft, makeTestFolder, openTestLedger, testIds, type TestLedger } from './testing.ts';

const otherTenant = testIds.next('tenant');
/** Ids of their own time, so that `from` and `to` have something to tell apart. */
const YESTERDAY_MS = systemClock.now() - 86_400_000;
const oldIds = createIdSource({ ...systemClock, now: () => YESTERDAY_MS }, createSystemRandom());

let database: Database;
let ledger: TestLedger;
const folder = makeTestFolder();
const drafts: ReceiptDraft[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  ledger = await openTestLedger({ database, folder: folder.path });
  const old = { id: oldIds.next('receipt'), created_at: new Date(YESTERDAY_MS).toISOString() };
  drafts.push(
    makeDraft({ ...old, status: 'failed', model: null, cost_nanos: null }),
    ...Array.from({ length: 6 }, () => makeDraft()),
    makeDraft({ status: 'denied', key_id: 'key_other', model: { provider: 'beta', model_id: 'org/large' } }),
  );
  for (const draft of drafts) await ledger.ledger.commit(draft, { team: 'a' });
  await ledger.ledger.commit(makeDraft({ tenant_id: otherTenant }), {});
});
afterAll(async () => {
  await ledger.close();
  await database.close();
  folder.remove();
});

interface Listing {
  data: { id: string; status: string; links: { self: string } }[];
  next: string | null;
  links: { next: string | null };
}

const call = (path: string, request: Parameters<typeof askRoute>[2]) => askRoute(ledger, path, request);

async function list(query: Record<string, string> = {}, tenantId: TenantId = defaultTenantId): Promise<Listing> {
  const { body } = await call('/api/v1/receipts', { query, tenantId });
  return body as Listing;
}

const toCursor = (...parts: string[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');
const idsOf = ({ data }: Listing): string[] => data.map(({ id }) => id);

describe('the listing of receipts', () => {
  it("gives the tenant its receipts, oldest first, in the contract's shape", async () => {
    const listing = await list();
    expect(idsOf(listing)).toEqual(drafts.map(({ id }) => id));
    expect(listing.next).toBeNull();
    const checker = createChecker(ReceiptSchema);
    for (const item of listing.data) expect(checker.faults(item)).toEqual([]);
    expect(listing.data[0]?.links.self).toBe(`/api/v1/receipts/${drafts[0]?.id}`);
    expect((await list({}, otherTenant)).data).toHaveLength(1);
  });

  it('shows a receipt as soon as its commit has answered', async () => {
    const draft = makeDraft({ tenant_id: testIds.next('tenant') });
    await ledger.ledger.commit(draft, {});
    expect(idsOf(await list({}, draft.tenant_id as TenantId))).toEqual([draft.id]);
  });

  it('pages without gap or repetition', async () => {
    const ids: string[] = [];
    let after: string | null = null;
    do {
      const page: Listing = await list({ limit: '3', ...(after === null ? {} : { after }) });
      expect(page.data.length).toBeLessThanOrEqual(3);
      ids.push(...idsOf(page));
      after = page.next;
    } while (after !== null);
    expect(ids).toEqual(drafts.map(({ id }) => id));
  });

  it.each([
    [{ status: 'denied' }, [7]],
    [{ model: 'beta/org/large' }, [7]],
    [{ model: 'org/large' }, [7]],
    [{ model: 'large' }, []],
    [{ key_id: 'key_other' }, [7]],
    [{ to: new Date(YESTERDAY_MS + 1).toISOString() }, [0]],
    [{ from: new Date(YESTERDAY_MS + 1).toISOString(), status: 'ok' }, [1, 2, 3, 4, 5, 6]],
    [{ from: new Date(YESTERDAY_MS).toISOString(), limit: '1000' }, [0, 1, 2, 3, 4, 5, 6, 7]],
  ])('filters by %o', async (query, expected) => {
    const ids = idsOf(await list(query));
    expect(ids).toEqual(expected.map((index) => drafts[index]?.id));
  });

  it.each([
    [{ status: 'gone' }, 'status'],
    [{ from: 'yesterday' }, 'from'],
    [{ to: '2026-99-99' }, 'to'],
    [{ from: '0000-01-01' }, 'from'],
    [{ to: '9999-12-31T23:59:00-23:59' }, 'to'],
    [{ limit: '0' }, 'limit'],
    [{ after: toCursor('2026-13-99T99:99:99.999Z', testIds.next('receipt')) }, 'after'],
    [{ after: 'x' }, 'after'],
  ])('refuses %o and names the field', async (query, param) => {
    await expect(list(query)).rejects.toMatchObject({ code: 'invalid_request', param });
  });
});

describe('one receipt', () => {
  it('has its hash, a proof that is null for now, and its tags', async () => {
    const { body } = await call('/api/v1/receipts/:id', { params: { id: drafts[0]?.id ?? '' } });
    expect(body).toMatchObject({
      id: drafts[0]?.id,
      status: 'failed',
      proof: null,
      tags: { team: 'a' },
      cost_nanos: null,
    });
    expect(body).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it("is not found when it is another tenant's, unknown, or no id at all", async () => {
    const ids = [drafts[0]?.id ?? '', testIds.next('receipt'), 'x', "' or 1=1 --", 'rcp_zzzzzzzzzzzzzzzzzzzzzzzzzz'];
    for (const id of ids) {
      const asking = call('/api/v1/receipts/:id', { params: { id }, tenantId: otherTenant });
      await expect(asking).rejects.toSatisfy((error) => error instanceof AppError && error.code === 'not_found');
    }
  });
});
