/** A real model through Reeve with the official clients: an answer, a stream, and receipts that anybody can check. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectJson, get, getReceipt, listAll, type ReceiptView, type UsageTotal } from '../rigs/api.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';
import { findSmolLm, SMOLLM_KEY, SMOLLM_MODEL, startSmolLm, type SmolLm } from '../rigs/smollm.ts';
import { verifyReceipts } from '../rigs/verify-receipts.ts';
import { prepareNodeSuite, preparePythonSuite } from '../sdk/cases.ts';

const run = promisify(execFile);
const found = findSmolLm();
const skipped = 'missing' in found;
if (skipped) process.stderr.write(`the real-model journey is skipped: ${found.missing}\n`);

interface SdkAnswer {
  text: string;
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number } | null;
  receipt: string;
}

describe.skipIf(skipped)('SmolLM2 behind Reeve', () => {
  let model: SmolLm;
  let reeve: WholeReeve;

  beforeAll(async () => {
    if ('missing' in found) return;
    model = await startSmolLm(found.modelPath);
    reeve = await startReeve({
      config: [
        'providers:',
        `  local: { adapter: openai, base_url: "${model.baseUrl}", api_key: "${SMOLLM_KEY}", region: eu }`,
        'models:',
        `  small: [local/${SMOLLM_MODEL}]`,
        'prices:',
        `  local/${SMOLLM_MODEL}: { input: 0.01, output: 0.02 }`,
      ].join('\n'),
    });
  });

  afterAll(async () => {
    await reeve?.close();
    await model?.stop();
  });

  test.for([
    { language: 'Node', prepare: prepareNodeSuite, script: 'real-model.mjs' },
    { language: 'Python', prepare: preparePythonSuite, script: 'real_model.py' },
  ])('answers the $language client, plain and streaming', async ({ prepare, script }) => {
    const suite = await prepare(script);
    const env = { PATH: process.env['PATH'] ?? '', REEVE_URL: reeve.baseUrl, REEVE_KEY: reeve.key, MODEL: 'small' };
    const { stdout } = await run(suite.command, [...suite.args], { env });
    const [plain, streamed] = JSON.parse(stdout) as [SdkAnswer, SdkAnswer];
    expect(plain.text).toContain('Paris');
    expect(streamed.text).toBe(plain.text);
    for (const answer of [plain, streamed]) {
      const receipt = await getReceipt(reeve, answer.receipt);
      expect(receipt).toMatchObject({
        status: 'ok',
        model: { provider: 'local', model_id: SMOLLM_MODEL },
        token_usage: {
          prompt: plain.usage?.prompt_tokens,
          completion: plain.usage?.completion_tokens,
          total: plain.usage?.total_tokens,
          estimated: false,
        },
        cost_nanos: (plain.usage?.prompt_tokens ?? 0) * 10 + (plain.usage?.completion_tokens ?? 0) * 20,
      });
    }
  });

  test('the receipts verify with an independent implementation, and one changed figure is found', async () => {
    const receipts = await listAll<ReceiptView>(reeve, '/api/v1/receipts');
    expect(await verifyReceipts(receipts)).toEqual({ checked: 4, faults: [] });
    const forged = receipts.map((receipt, at) => (at === 1 ? { ...receipt, cost_nanos: 0 } : receipt));
    expect((await verifyReceipts(forged)).faults).toHaveLength(1);
    const torn = receipts.toSpliced(1, 1);
    expect((await verifyReceipts(torn)).faults).not.toEqual([]);
  });

  test('usage is the sum of the receipts', async () => {
    const receipts = await listAll<ReceiptView>(reeve, '/api/v1/receipts');
    const sum = (read: (receipt: ReceiptView) => number): number =>
      receipts.reduce((total, receipt) => total + read(receipt), 0);
    await expect
      .poll(async () => (await expectJson<{ total: UsageTotal }>(await get(reeve, '/api/v1/usage'), 200)).total)
      .toEqual({
        requests: 4,
        input_tokens: sum((receipt) => receipt.token_usage.prompt),
        output_tokens: sum((receipt) => receipt.token_usage.completion),
        cost_nanos: sum((receipt) => receipt.cost_nanos ?? 0),
        unpriced: 0,
      });
  });
});
