/** A real model behind an OpenAI-compatible server: SmolLM2-135M on the CPU, a process of its own. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installNpm } from './outside-install.ts';

const MODEL_FILE = 'smollm2-135m/SmolLM2-135M-Instruct.Q4_1.gguf';
const SERVER = new URL('smollm-server.ts', import.meta.url).pathname;
const START_LIMIT_MS = 60_000;

/** Binaries that no CPU on x64 Linux needs; they would bring 600 MB. */
const NOT_NEEDED = ['linux-x64-cuda', 'linux-x64-cuda-ext', 'linux-x64-vulkan', 'linux-arm64', 'linux-armv7l'];

export const SMOLLM_MODEL = 'smollm2-135m';
export const SMOLLM_KEY = 'smollm-server-key';

export interface SmolLm {
  /** With the version path. */
  baseUrl: string;
  stop(): Promise<void>;
}

/** The model's file, or why the tests that need it are skipped. */
export function findSmolLm(): { modelPath: string } | { missing: string } {
  const folder = process.env['REEVE_TEST_MODELS'];
  if (folder === undefined || folder === '') return { missing: 'REEVE_TEST_MODELS names no folder of local models' };
  const modelPath = join(folder, MODEL_FILE);
  return existsSync(modelPath) ? { modelPath } : { missing: `there is no ${MODEL_FILE} in ${folder}` };
}

/** Installs the runtime outside the project where it is not there yet, and starts the server on a free port. */
export async function startSmolLm(modelPath: string): Promise<SmolLm> {
  const runtime = await installNpm(
    'llama',
    {
      private: true,
      dependencies: { 'node-llama-cpp': '3.22.1' },
      overrides: Object.fromEntries(NOT_NEEDED.map((name) => [`@node-llama-cpp/${name}`, 'file:./stub'])),
    },
    { 'stub/package.json': JSON.stringify({ name: 'not-needed', version: '0.0.0' }) },
  );
  const child = spawn(
    process.execPath,
    [SERVER, modelPath, join(runtime, 'node_modules/node-llama-cpp/dist/index.js')],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, SMOLLM_KEY },
    },
  );
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let output = '';
  const port = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the model server did not start: ${output.slice(-800)}`));
    }, START_LIMIT_MS);
    const look = (part: Buffer): void => {
      output += part.toString('utf8');
      const found = /listening (\d+)/.exec(output)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('exit', (code) => reject(new Error(`the model server exited with ${code}: ${output.slice(-800)}`)));
  });
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    stop: () => {
      child.kill('SIGTERM');
      return gone;
    },
  };
}
