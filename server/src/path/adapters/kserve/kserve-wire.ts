/**
 * What Reeve reads of the v2 inference protocol, which KServe, Triton and others speak. Lenient on purpose: a field that
 * is missing, null or of another type counts as absent. Source: the public specification of the Open Inference
 * Protocol, HTTP/REST.
 */
import { readList, readRecord, readText, type JsonRecord } from '../read-json.ts';
import type { WireError } from '../sse-translator.ts';

export const WIRE = 'kserve';

/** The part of a prediction that holds the whole request of this wire. */
export const TENSORS = 'tensors';

/** The error in a body: `{error: "…"}`; some servers send an object, or say `detail`. */
export function readError(body: JsonRecord): WireError | null {
  const { error } = body;
  if (error === undefined || error === null || error === false) return null;
  return { message: readText(error) ?? readText(readRecord(error)?.message) ?? JSON.stringify(error), status: null };
}

/** The provider's own sentence in the body of an error status. */
export function findErrorMessage(value: unknown): string | null {
  const body = readRecord(value);
  if (body === null) return readText(value);
  return readError(body)?.message ?? readText(body.detail) ?? readText(body.message);
}

export interface Tensor {
  name: string | null;
  datatype: string | null;
  /** Empty where the server does not say it. */
  shape: readonly number[];
  data: readonly unknown[];
}

/** The tensors of an answer. */
export function readOutputs(body: JsonRecord): Tensor[] {
  return readList(body.outputs).flatMap((value) => {
    const output = readRecord(value);
    if (output === null) return [];
    const shape = readList(output.shape).filter((size) => typeof size === 'number');
    return [{ name: readText(output.name), datatype: readText(output.datatype), shape, data: readList(output.data) }];
  });
}
