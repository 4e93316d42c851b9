/** The long tail: any provider package of the AI SDK, loaded only where reeve.yaml names one. */
import type { AnswerFrame } from '@reeve/contracts';
import { HttpFailure } from '#platform/http-client/port.ts';
import type { AdapterDeps, Attempt, Invocation, ModelAdapter, Provider } from '../adapter.ts';
import { joinTurns } from '../group-turns.ts';
import { keepOneCall } from '../keep-one-call.ts';
import { readRecord } from '../read-json.ts';
import { failFromWire, failWith, readRetryAfter, toPublicMessage, type Failed } from '../upstream-failure.ts';
import { CLOSED, createPartReader, resultToAnswer, resultToEmbedding } from './aisdk-to-answer.ts';
import { findWarning, type AiSdkProvider } from './aisdk-interface.ts';
import { callToAiSdk } from './call-to-aisdk.ts';
import { loadProvider, PackageError } from './load-package.ts';

const CARRIES: ModelAdapter['carries'] = {
  chat: new Set([
    'stream',
    'temperature',
    'top_p',
    'top_k',
    'penalties',
    'stop',
    'seed',
    'tools',
    'tool_choice',
    'parallel_tool_calls',
    'json',
    'json_schema',
    'images',
    'audio',
    'files',
  ]),
  embedding: new Set(),
};

export function createAiSdkAdapter(deps: AdapterDeps): ModelAdapter {
  const loaded = new WeakMap<Provider, Promise<AiSdkProvider>>();
  const load = (provider: Provider): Promise<AiSdkProvider> => {
    const loading = loaded.get(provider) ?? loadProvider(deps, provider);
    loaded.set(provider, loading);
    return loading;
  };
  return {
    name: 'aisdk',
    carries: CARRIES,
    extensions: new Set(),
    speaks: () => false,
    async invoke(attempt) {
      try {
        const provider = await load(attempt.provider);
        if (attempt.call.kind === 'embedding') return await embed(provider, attempt);
        return keepOneCall(attempt.call, await chat(provider, attempt));
      } catch (error) {
        return toFailure(error, attempt);
      }
    },
  };
}

async function chat(provider: AiSdkProvider, { call, modelId, signal }: Attempt): Promise<Invocation> {
  const model = provider.languageModel?.(modelId);
  if (model === undefined) return failWith('unsupported', "The provider's package has no language models.");
  const options = { ...callToAiSdk(call), abortSignal: signal };
  if (call.stream) return openStream((await model.doStream(options)).stream, modelId);
  const result = await model.doGenerate(options);
  const warning = findWarning(readRecord(result)?.warnings);
  if (warning !== null) return failWith('unsupported', warning);
  const answer = resultToAnswer(result, modelId);
  return answer === null ? failWith('invalid', UNREADABLE) : { type: 'answer', answer };
}

async function embed(provider: AiSdkProvider, { call, modelId, signal }: Attempt): Promise<Invocation> {
  const model = provider.embeddingModel?.(modelId) ?? provider.textEmbeddingModel?.(modelId);
  if (model === undefined) return failWith('unsupported', "The provider's package has no embedding models.");
  const answer = resultToEmbedding(
    await model.doEmbed({ values: joinTurns(call.parts), abortSignal: signal }),
    modelId,
  );
  return answer === null ? failWith('invalid', UNREADABLE) : { type: 'answer', answer };
}

const UNREADABLE = "The provider's package gave an answer that cannot be read.";

/** Waits for the first part that says something: what fails before it is a failure. */
async function openStream(stream: ReadableStream<unknown>, modelId: string): Promise<Invocation> {
  const parts = stream[Symbol.asyncIterator]();
  const read = createPartReader(modelId);
  for (;;) {
    const { done, value } = await parts.next();
    const part = readRecord(value);
    if (done === true || part?.type === 'error') throw part?.error ?? new HttpFailure('reset', 'ended early');
    const warning = part?.type === 'stream-start' ? findWarning(part.warnings) : null;
    if (warning !== null) {
      await parts.return?.();
      return failWith('unsupported', warning);
    }
    const events = part === null ? [] : read(part);
    if (events.length > 0) return { type: 'stream', frames: follow({ events }, parts, read) };
  }
}

async function* follow(
  first: AnswerFrame,
  parts: AsyncIterator<unknown>,
  read: ReturnType<typeof createPartReader>,
): AsyncGenerator<AnswerFrame> {
  let whole = first.events.some(({ type }) => type === 'end');
  yield first;
  for (;;) {
    const { done, value } = await nextPart(parts);
    if (done === true) break;
    const part = readRecord(value);
    if (part?.type === 'error') {
      yield { events: [{ type: 'error', kind: 'reset', status: null, message: BROKEN }] };
      return;
    }
    const events = part === null ? [] : read(part);
    whole ||= events.some(({ type }) => type === 'end');
    if (events.length > 0) yield { events };
  }
  if (whole) yield CLOSED;
}

const BROKEN = "The provider's package broke the stream off.";

/** A stream that rejects ends as an error part would. */
async function nextPart(parts: AsyncIterator<unknown>): Promise<IteratorResult<unknown>> {
  try {
    return await parts.next();
  } catch (error) {
    return { done: false, value: { type: 'error', error } };
  }
}

/** Packages wrap what our exit threw; their own errors carry the provider's status and body. */
function toFailure(error: unknown, attempt: Attempt): Failed {
  if (attempt.signal.aborted) return failWith('aborted', 'The caller went away.');
  if (error instanceof PackageError) return failWith('connect', error.message);
  if (error instanceof Error && NOT_TAKEN.has(error.name)) return failWith('unsupported', toSentence(error, attempt));
  const wire = findWireFailure(error);
  if (wire !== null) return failFromWire(wire, attempt);
  const thrown = readRecord(error);
  const message = toSentence(error, attempt);
  const status = thrown?.statusCode;
  if (typeof status !== 'number' || status < 400) return failWith('invalid', message || UNREADABLE);
  const retryAfter = readRetryAfter(readRecord(thrown?.responseHeaders)?.['retry-after']);
  const facts = { status, message, retryAfter, body: null };
  return { type: 'failure', failure: { kind: 'status', ...facts } };
}

/** How packages name what they do not offer. */
const NOT_TAKEN: ReadonlySet<string> = new Set(['AI_NoSuchModelError', 'AI_UnsupportedFunctionalityError']);

const toSentence = (error: unknown, { provider }: Attempt): string =>
  toPublicMessage(error instanceof Error ? error.message : String(error), provider);

function findWireFailure(error: unknown): HttpFailure | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof HttpFailure) return cause;
  }
  return null;
}
