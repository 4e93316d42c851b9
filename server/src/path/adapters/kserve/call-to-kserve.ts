/** From a call to the bytes of a v2 inference request. */
import type { Call } from '@reeve/contracts';
import type { Provider } from '../adapter.ts';
import { joinTurns } from '../group-turns.ts';
import { readRecord } from '../read-json.ts';
import { readSettings } from './kserve-settings.ts';
import { TENSORS } from './kserve-wire.ts';

/** `null` where the call holds a part that is not for this wire: texts to embed, or the tensors of one prediction. */
export function callToKServe(call: Call, provider: Provider): Uint8Array | null {
  const request = call.kind === 'prediction' ? findTensors(call) : buildEmbedding(call, provider);
  return request === null ? null : Buffer.from(JSON.stringify(request));
}

/** The caller's request in this wire's own words. */
function findTensors({ parts }: Call): object | null {
  const [part, ...rest] = parts;
  if (part?.type !== 'other' || part.name !== TENSORS || rest.length > 0) return null;
  return readRecord(part.value);
}

function buildEmbedding({ parts }: Call, provider: Provider): object | null {
  if (!parts.every((part) => part.type === 'text')) return null;
  const { input_name: name = 'text', input_rank: rank = 1, output_name: output } = readSettings(provider);
  const data = joinTurns(parts);
  const shape = rank === 2 ? [data.length, 1] : [data.length];
  const inputs = [{ name, shape, datatype: 'BYTES', data }];
  return output === undefined ? { inputs } : { inputs, outputs: [{ name: output }] };
}
