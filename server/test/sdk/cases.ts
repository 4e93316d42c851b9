/** What each suite must report, and where the packages live. */
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installNpm, installPython } from '../rigs/outside-install.ts';

const COMMON_CASES = [
  'chat',
  'chat with several choices',
  'unknown fields reach the provider',
  'stream',
  'stream with usage',
  'tools',
  'tool result',
  'streamed tools',
  'structured output',
  'streamed structured output',
  'response',
  'streamed response',
  'response with tools',
  'streamed response with tools',
  'structured response',
  'streamed structured response',
  'streamed response of every kind of item',
  'stored responses are refused',
  'error inside a streamed response',
  'embeddings in the default encoding',
  'embeddings as floats',
  'list models',
  'retrieve a model',
  'response headers',
  'error 400',
  'error 401',
  'error 403',
  'error 404',
  'error 404 on models',
  'error 409',
  'error 422',
  'error 429',
  'error 500',
  'error of a provider that refuses our key',
  'error inside a stream',
  'retries of the client',
  'retry-after is honoured',
  'time-out',
  'abort in the middle of a stream',
] as const;

export const NODE_CASES: readonly string[] = COMMON_CASES;
export const PYTHON_CASES: readonly string[] = [...COMMON_CASES, 'asynchronous client', 'asynchronous stream'];

const ANTHROPIC_CASES = [
  'message',
  'message with a bearer token',
  'image and document',
  'streamed message',
  'streamed message, event by event',
  'tools and their results',
  'streamed tools',
  'structured output',
  'counting tokens',
  'response headers',
  'error 400',
  'error 400 by name',
  'error 401',
  'error 403',
  'error 404',
  'error 429',
  'error 500',
  'error of a provider that refuses our key',
  'error inside a stream',
  'retries of the client',
  'abort in the middle of a stream',
] as const;

export const ANTHROPIC_NODE_CASES: readonly string[] = ANTHROPIC_CASES;
export const ANTHROPIC_PYTHON_CASES: readonly string[] = [
  ...ANTHROPIC_CASES,
  'asynchronous client',
  'asynchronous stream',
];

/** For each adapter; what a provider does not take, the case shows refused by name. */
export const MATRIX_OPENAI_CASES = [
  'chat',
  'stream',
  'tools and their results',
  'streamed tools',
  'structured output',
  'thoughts',
  'tools after thoughts',
  'response',
  'streamed response',
  'response with tools and their results',
  'response with tools after thoughts',
  'structured response',
  'completion',
  'embeddings',
  'moderation',
  'rate limit',
  'overload',
  'a key that the provider refuses',
  'content filter',
] as const;

export const MATRIX_ANTHROPIC_CASES = [
  'message',
  'streamed message',
  'tools and their results',
  'streamed tools',
  'structured output',
  'thoughts and their signatures',
  'streamed thoughts',
  'counting tokens',
  'rate limit',
  'overload',
  'a key that the provider refuses',
  'content filter',
] as const;

/** Of LangChain and the AI SDK on each surface, for each adapter. */
const OTHER_CLIENTS = ['LangChain', 'AI SDK'].flatMap((client) =>
  ['chat', 'responses', 'messages'].flatMap((surface) =>
    ['text', 'stream', 'tools', 'JSON', 'error'].map((name) => `${client}, ${surface}: ${name}`),
  ),
);
const LITELLM = ['chat', 'messages'].flatMap((surface) =>
  ['text', 'stream', 'tools', 'rate limit'].map((name) => `LiteLLM, ${surface}: ${name}`),
);

/** What the suites of other clients report before these providers. */
export const otherCases = (providers: readonly string[]): string[] => [
  ...providers.flatMap((provider) => OTHER_CLIENTS.map((name) => `${name} before ${provider}`)),
  ...providers.flatMap((provider) =>
    ['generateText', 'streamText'].map((way) => `AI SDK, responses: ${way} with thoughts and tools before ${provider}`),
  ),
  ...['AI SDK, chat', 'AI SDK, responses', 'AI SDK, messages', 'LangChain, responses', 'LangChain, messages'].map(
    (client) => `${client}: tools that were signed`,
  ),
  'AI SDK, responses: references to texts are refused with the mend',
  'LangChain: embeddings',
  'AI SDK: embeddings',
];
export const litellmCases = (providers: readonly string[]): string[] => [
  ...providers.flatMap((provider) => LITELLM.map((name) => `${name} before ${provider}`)),
  'LiteLLM: response',
  'LiteLLM: embeddings',
  'LiteLLM: rerank',
];

const ON_EVERY_WIRE = ['text', 'stream', 'tools', 'thoughts', 'errors'];

/** Of the providers' own clients before the mocks of their wires. */
export const WIRE_CASES: readonly string[] = [
  ...['google', 'mistral', 'cohere', 'bedrock'].flatMap((wire) => ON_EVERY_WIRE.map((name) => `${wire}: ${name}`)),
  'google: JSON',
  'google: embeddings and count',
  'mistral: JSON',
  'mistral: embeddings and moderations',
  'cohere: JSON',
  'cohere: embeddings and rerank',
  'bedrock: embeddings and count',
  'anthropic: message with a thought',
  'openai: response',
  'azure: chat',
];

/** Faults of the mock provider that the suites ask for by model name. */
export const SDK_FAULTS = [
  'status-400',
  'status-401',
  'status-409',
  'status-422',
  'status-429-after-7',
  'status-500',
  'error-middle',
  'medley',
  'flaky-500-3',
  'flaky-429-after-1-1',
  'hang',
  'endless',
] as const;

const folder = new URL('.', import.meta.url).pathname;

export interface SuiteCommand {
  command: string;
  args: readonly string[];
}

/** A script for Node, copied with its helpers beside its packages so that it finds them. */
export async function prepareNodeSuite(file = 'openai-suite.mjs'): Promise<SuiteCommand> {
  const installed = await installClients();
  const scripts = (await readdir(folder)).filter((name) => name.endsWith('.mjs'));
  await Promise.all(scripts.map((name) => copyFile(join(folder, name), join(installed, name))));
  return { command: process.execPath, args: [join(installed, file)] };
}

/** Resolves with the folder whose `node_modules` holds the clients for Node. */
export async function installClients(): Promise<string> {
  return installNpm('sdk-node', JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
}

export async function preparePythonSuite(file = 'openai_suite.py'): Promise<SuiteCommand> {
  const text = await readFile(join(folder, 'requirements.txt'), 'utf8');
  const python = await installPython('sdk-python', text.trim().split('\n'));
  return { command: python, args: ['-u', '-B', join(folder, file)] };
}
