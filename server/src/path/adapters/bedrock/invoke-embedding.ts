/**
 * Embeddings by InvokeModel, whose bodies are each model's own: Amazon Titan, one text at a time, and Cohere Embed.
 * Source: the public parameter references of these models.
 */
import type { AnswerPart, Call, Usage } from '@reeve/contracts';
import { inPortions } from '#kernel';
import type { IncomingAnswer } from '#platform/http-client/port.ts';
import type { Attempt, Invocation } from '../adapter.ts';
import { joinTurns } from '../group-turns.ts';
import { dropAbsent, readList, readRecord, readText, readTokens, type JsonRecord } from '../read-json.ts';
import { readBody } from '../read-invocation.ts';
import { failFromStatus, failWith, type Failed } from '../upstream-failure.ts';
import type { BedrockClient } from './bedrock-client.ts';
import { WIRE, findErrorMessage, readError } from './bedrock-wire.ts';
import { toBytes } from './call-to-bedrock.ts';

const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
/** Of the texts of one call so many are on their way at once. */
const AT_ONCE = 4;

/** All vectors in the order of the inputs. Throws `HttpFailure`. */
export async function invokeEmbedding(client: BedrockClient, attempt: Attempt): Promise<Invocation> {
  const bodies = buildBodies(attempt.call, attempt.modelId);
  if (!Array.isArray(bodies)) return bodies;
  const parts: AnswerPart[] = [];
  let usage: Usage | null = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, estimated: false };
  for (const portion of inPortions(bodies, AT_ONCE)) {
    const read = await Promise.all(portion.map((body) => invokeOne(client, attempt, body)));
    for (const invocation of read) {
      if (invocation.type !== 'answer') return invocation;
      const { answer } = invocation;
      usage = addUsage(usage, answer.usage);
      for (const part of answer.parts) parts.push({ ...part, index: parts.length });
    }
  }
  if (parts.length !== joinTurns(attempt.call.parts).length) {
    return failWith('invalid', 'The provider sent another number of vectors than there were texts.');
  }
  return { type: 'answer', answer: { kind: 'embedding', model: null, parts, usage } };
}

async function invokeOne(client: BedrockClient, attempt: Attempt, body: object): Promise<Invocation> {
  const answer = await client.post(attempt, { action: 'invoke', body: toBytes(body) });
  if (answer.status !== 200) return failFromStatus(answer, attempt, WIRE, findErrorMessage);
  return readBody(await answer.readAll(ANSWER_BYTES_MAX), 'embedding', attempt.provider, {
    wire: WIRE,
    findErrorMessage,
    findError: readError,
    readAnswer: (read) => ({ model: null, parts: toVectors(read), usage: readUsage(read, answer) }),
  });
}

function addUsage(sum: Usage | null, more: Usage | null): Usage | null {
  if (sum === null || more === null) return null;
  return { ...sum, inputTokens: sum.inputTokens + more.inputTokens };
}

const INPUT_TYPES: Readonly<Record<NonNullable<Call['params']['inputType']>, string>> = {
  query: 'search_query',
  document: 'search_document',
  classification: 'classification',
  clustering: 'clustering',
};

function buildBodies({ parts, params }: Call, modelId: string): object[] | Failed {
  const { dimensions, inputType } = params;
  if (parts.some((part) => part.type !== 'text')) return failWith('unsupported', 'This provider embeds texts only.');
  const texts = joinTurns(parts);
  if (modelId.includes('cohere.embed')) {
    const input_type = INPUT_TYPES[inputType ?? 'document'];
    return [dropAbsent({ texts, input_type, embedding_types: ['float'], output_dimension: dimensions })];
  }
  if (!modelId.includes('amazon.titan-embed')) {
    return failWith('unsupported', 'This provider embeds with models of Amazon Titan and Cohere.');
  }
  if (inputType !== undefined) return failWith('unsupported', 'This model takes no input_type.');
  if (dimensions !== undefined && !modelId.includes('titan-embed-text-v2')) {
    return failWith('unsupported', 'This model takes no dimensions.');
  }
  return texts.map((inputText) => dropAbsent({ inputText, dimensions }));
}

/** Titan gives one `embedding`; Cohere a list of them, bare or by type. */
function toVectors(body: JsonRecord): AnswerPart[] {
  const found = body.embedding === undefined ? toList(body.embeddings) : [body.embedding];
  const vectors = found.flatMap((vector) => (isVector(vector) ? [vector] : []));
  if (vectors.length < found.length) return [];
  return vectors.map((vector, index) => ({ type: 'embedding', index, vector }));
}

function toList(embeddings: unknown): readonly unknown[] {
  return readList(Array.isArray(embeddings) ? embeddings : readRecord(embeddings)?.float);
}

function isVector(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number');
}

/** Cohere's figure stands only in a header, which Bedrock adds for every model. */
function readUsage(body: JsonRecord, { headers }: IncomingAnswer): Usage | null {
  const counted = readText(headers['x-amzn-bedrock-input-token-count']);
  const inputTokens = readTokens(body.inputTextTokenCount) ?? readTokens(counted === null ? null : Number(counted));
  return inputTokens === null ? null : { inputTokens, outputTokens: 0, cachedInputTokens: 0, estimated: false };
}
