/** The guide to verifying receipts: its script, taken from the page, against a running Reeve and against forgers. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashReceipt } from '../../src/records/audit/receipt-chain.ts';
import { ask, expectJson, get, makeKey, postJson, type Caller } from '../rigs/api.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';

const GUIDE = new URL('../../../docs/guides/verify-receipts.md', import.meta.url);

let reeve: WholeReeve;
let owned: string[];
let others: string[];

beforeAll(async () => {
  reeve = await startReeve();
  const tenant = await expectJson<{ id: string }>(await postJson(reeve, '/api/v1/tenants', { name: 'other' }), 201);
  const { key } = await makeKey(reeve, { name: 'audit', tenant_id: tenant.id });
  const other = { baseUrl: reeve.baseUrl, key };
  for (const caller of [reeve, reeve, reeve, other, reeve]) await (await ask(caller, 'reeve/hello')).text();
  [owned, others] = [await exportLines(reeve), await exportLines(other)];
});
afterAll(() => reeve?.close());

test('a whole chain passes, with the receipts of every tenant in it', () => {
  expect(verify(owned, others)).toEqual({ code: 0, said: expect.stringContaining('0 faults, 0 gaps') });
});

test('what one tenant does not see of a chain is a gap', () => {
  expect(verify(owned)).toEqual({ code: 2, said: expect.stringContaining('numbers 4 to 4 are not here') });
});

test('a digit that was changed is found', () => {
  const said = expect.stringMatching(/number 2, rcp_\w+: its hash does not fit its content/);
  expect(verify(change(owned, 1, 'bytes_in', 7), others)).toEqual({ code: 1, said });
});

test('and so is one whose hash was made anew', () => {
  const lines = change(owned, 1, 'bytes_in', 7);
  const { hash: _hash, proof: _proof, tags: _tags, ...body } = JSON.parse(lines[1] ?? '');
  const forged = change(lines, 1, 'hash', hashReceipt(body));
  const said = expect.stringMatching(/number 3, rcp_\w+: it does not carry the hash of the one before/);
  expect(verify(forged, others)).toEqual({ code: 1, said });
});

test('the hash that the guide names is made of all but the four fields', async () => {
  const id = (JSON.parse(owned[0] ?? '') as { id: string }).id;
  const receipt = await expectJson<Record<string, unknown>>(await get(reeve, `/api/v1/receipts/${id}`), 200);
  const { hash, proof: _proof, tags: _tags, links: _links, ...body } = receipt;
  expect(hashReceipt(body)).toBe(hash);
  expect(readFileSync(GUIDE, 'utf8')).toContain("jq -jcS 'del(.hash, .proof, .tags, .links)'");
});

async function exportLines(caller: Caller): Promise<string[]> {
  const reply = await get(caller, '/api/v1/receipts/export');
  expect(reply.status).toBe(200);
  return (await reply.text()).trimEnd().split('\n');
}

function change(lines: readonly string[], index: number, field: string, value: unknown): string[] {
  return lines.map((line, at) => (at === index ? JSON.stringify({ ...JSON.parse(line), [field]: value }) : line));
}

/** Runs the page's script over the files, as somebody who follows it does. */
function verify(...files: readonly string[][]): { code: number | null; said: string } {
  const [, script = ''] = /^```python\n([\s\S]*?)^```$/m.exec(readFileSync(GUIDE, 'utf8')) ?? [];
  const place = (name: string): string => join(reeve.home.folder, name);
  writeFileSync(place('verify-receipts.py'), script);
  const names = files.map((lines, index) => {
    writeFileSync(place(`${index}.jsonl`), `${lines.join('\n')}\n`);
    return place(`${index}.jsonl`);
  });
  const { status, stdout, stderr } = spawnSync('python3', [place('verify-receipts.py'), ...names], {
    encoding: 'utf8',
  });
  return { code: status, said: stdout + stderr };
}
