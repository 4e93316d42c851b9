/** What somebody sees who has just typed two commands. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { ask, expectJson, get, listAll, type ReceiptView } from '../rigs/api.ts';
import { createReeveHome, startReeve, type ReeveHome, type WholeReeve } from '../rigs/reeve.ts';

const run = promisify(execFile);
let reeve: WholeReeve | null = null;
let home: ReeveHome | null = null;

afterEach(async () => {
  await reeve?.close();
  await home?.dispose();
  reeve = null;
  home = null;
});

interface ChatAnswer {
  choices: { message: { content: string } }[];
}

describe('the first start', () => {
  test('prints folder, key, curl, the way to the console and the ready line, in this order and nothing else', async () => {
    reeve = await startReeve();
    const lines = reeve.stdout().trimEnd().split('\n');
    expect(lines).toEqual([
      reeve.home.dataDir,
      expect.stringMatching(/^API key: \S{24,}$/),
      expect.stringMatching(/^Try: curl /),
      expect.stringMatching(/^Console: http:\/\/\S+\/sign-in\?token=\S+$/),
      `Reeve is ready at ${reeve.baseUrl}`,
    ]);
    expect((await fetch(`${reeve.baseUrl}/readyz`)).status).toBe(200);
  });

  test('the curl line works as it is printed and says that no model is connected', async () => {
    reeve = await startReeve();
    const line = /^Try: (curl .*)$/m.exec(reeve.stdout())?.[1] ?? '';
    const { stdout } = await run('bash', ['-c', line]);
    const { choices } = JSON.parse(stdout) as ChatAnswer;
    const said = choices[0]?.message.content ?? '';
    expect(said).toMatch(/no model/i);
    expect(said).toContain('OPENAI_API_KEY');
    expect(said).toContain('reeve.yaml');
    const [question] = /"content":"([^"]+)"/.exec(line)?.slice(1) ?? [];
    expect(said).toContain(question);
    const [receipt] = await listAll<ReceiptView>(reeve, '/api/v1/receipts');
    expect(receipt).toMatchObject({ status: 'ok', model: { provider: 'templates', model_id: 'hello' } });
  });

  test('reeve/hello streams too, and /v1/models lists it', async () => {
    reeve = await startReeve();
    const text = await (await ask(reeve, 'reeve/hello', { stream: true })).text();
    expect(text).toContain('data: [DONE]');
    expect(text).toMatch(/: reeve \{"receipt":"rcp_/);
    const { data } = await expectJson<{ data: { id: string }[] }>(await get(reeve, '/v1/models'), 200);
    expect(data.map((model) => model.id)).toEqual(['reeve/hello']);
  });

  test('logs are JSON on standard error and never hold the key or a question', async () => {
    reeve = await startReeve({ env: { REEVE_LOG_LEVEL: 'debug' } });
    await expectJson(
      await ask(reeve, 'reeve/hello', { messages: [{ role: 'user', content: 'a-very-private-question' }] }),
      200,
    );
    await expectJson(await ask(reeve, 'no-such-model'), 404);
    const lines = reeve
      .stderr()
      .split('\n')
      .filter((line) => line !== '');
    for (const line of lines) expect(() => JSON.parse(line), line.slice(0, 200)).not.toThrow();
    expect(reeve.stderr()).not.toContain('a-very-private-question');
    expect(reeve.stderr()).not.toContain(reeve.key);
  });
});

describe('later starts', () => {
  test('print no key, and the first one still works', async () => {
    home = await createReeveHome();
    await (await home.start()).stop();
    const again = await home.start();
    expect(again.stdout()).not.toContain('API key');
    expect(again.stdout()).not.toContain('Try:');
    expect(again.stdout().trimEnd().split('\n').at(-1)).toBe(`Reeve is ready at ${again.baseUrl}`);
    expect((await ask({ baseUrl: again.baseUrl, key: home.apiKey() }, 'reeve/hello')).status).toBe(200);
    await again.stop();
  });

  test('a given key is not printed and works', async () => {
    const given = 'a-key-of-my-own-that-is-long-enough';
    reeve = await startReeve({ env: { REEVE_BOOTSTRAP_KEY: given } });
    expect(reeve.stdout()).not.toContain(given);
    expect(reeve.stdout()).not.toContain('API key:');
    expect((await ask({ baseUrl: reeve.baseUrl, key: given }, 'reeve/hello')).status).toBe(200);
  });

  test('kill -9 never blocks the next start', async () => {
    home = await createReeveHome();
    for (let turn = 0; turn < 3; turn += 1) await (await home.start()).kill();
    const alive = await home.start();
    expect((await ask({ baseUrl: alive.baseUrl, key: home.apiKey() }, 'reeve/hello')).status).toBe(200);
    await alive.stop();
  });
});

describe('a start that cannot be', () => {
  test('a busy port: who has it and which variable to change', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as AddressInfo;
    home = await createReeveHome({ env: { REEVE_PORT: String(port) } });
    const { code, signal, stdout, stderr } = await home.cli('serve');
    squatter.close();
    expect(stdout + stderr).toContain('REEVE_PORT');
    expect(stdout + stderr).toContain(String(process.pid));
    expect(stdout, 'nothing is made and shown first').toBe('');
    expect(existsSync(home.dataDir)).toBe(false);
    expect(signal, 'it did not end by itself').toBeNull();
    expect(code).not.toBe(0);
  });

  test('a data folder that another Reeve holds', async () => {
    reeve = await startReeve();
    const { code, stdout, stderr } = await reeve.home.cli('serve');
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain(reeve.home.dataDir);
    expect((await ask(reeve, 'reeve/hello')).status).toBe(200);
  });
});
