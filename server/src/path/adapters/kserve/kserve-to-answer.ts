/** From the body of a v2 inference answer to what it says. */
import type { Answer, AnswerPart, Call, Usage } from '@reeve/contracts';
import type { Provider } from '../adapter.ts';
import { groupTurns } from '../group-turns.ts';
import { readText, type JsonRecord } from '../read-json.ts';
import { readSettings } from './kserve-settings.ts';
import { readOutputs, type Tensor } from './kserve-wire.ts';

/** What a whole body says to this call; without parts where it has the wrong shape. */
export function bodyToAnswer(
  body: JsonRecord,
  call: Call,
  provider: Provider,
): Pick<Answer, 'model' | 'parts' | 'usage'> {
  const model = readText(body.model_name);
  const outputs = readOutputs(body);
  if (call.kind !== 'prediction') return { model, parts: readVectors(outputs, call, provider), usage: null };
  const parts: AnswerPart[] = outputs.length === 0 ? [] : [{ type: 'tensors', index: 0, value: body }];
  return { model, parts, usage: NO_TOKENS };
}

/** Tensors are no tokens. */
const NO_TOKENS: Usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, estimated: false };

function readVectors(outputs: readonly Tensor[], call: Call, provider: Provider): AnswerPart[] {
  const { output_name: name } = readSettings(provider);
  const tensor = outputs.find((output) => (name === undefined ? isFloating(output) : output.name === name));
  const count = groupTurns(call.parts).length;
  if (tensor === undefined || count === 0 || !isOneEach(tensor, count)) return [];
  // The data of a tensor may be flat or nested.
  const numbers = tensor.data.flat(Infinity);
  const length = numbers.length / count;
  if (!Number.isInteger(length) || length === 0) return [];
  if (!numbers.every((number) => typeof number === 'number')) return [];
  return Array.from({ length: count }, (_, index) => {
    return { type: 'embedding', index, vector: numbers.slice(index * length, (index + 1) * length) };
  });
}

const isFloating = ({ datatype }: Tensor): boolean => /^(FP|BF)\d+$/.test(datatype ?? '');

/** One vector for each text; a tensor with a vector for each token is none of that. */
function isOneEach({ shape }: Tensor, count: number): boolean {
  if (shape.length === 0) return true;
  if (shape.length === 1) return count === 1;
  return shape[0] === count && shape.slice(1).filter((size) => size !== 1).length <= 1;
}
