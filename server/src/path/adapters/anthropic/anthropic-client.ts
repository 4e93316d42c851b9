/** The Messages API over HTTP: where calls go and under which headers. */
import type { Call, CallKind, MediaPart } from '@reeve/contracts';
import type { IncomingAnswer } from '#platform/http-client/port.ts';
import type { AdapterDeps, Attempt, Provider } from '../adapter.ts';
import { sendRequest } from '../send-request.ts';
import { WIRE } from './anthropic-wire.ts';

const PATHS: Readonly<Partial<Record<CallKind, string>>> = { chat: '/messages', count: '/messages/count_tokens' };

const VERSION = '2023-06-01';
/** Files that were uploaded before are known to requests under this name only. */
const FILES_BETA = 'files-api-2025-04-14';

/** Posts the body of one attempt. The version and betas that a caller of this wire names go before ours. Throws `HttpFailure`. */
export function postCall(deps: AdapterDeps, attempt: Attempt, body: Uint8Array): Promise<IncomingAnswer> {
  const { call, provider } = attempt;
  return sendRequest(deps, attempt, {
    url: `${provider.baseUrl}${PATHS[call.kind] ?? ''}`,
    headers: { 'anthropic-version': VERSION, ...findPassed(call), ...findHeaders(provider) },
    body,
  });
}

function findPassed(call: Call): Readonly<Record<string, string>> {
  if (call.wire === WIRE) return call.passHeaders ?? {};
  const usesFiles = call.parts.some(
    (part) => isUploaded(part) || (part.type === 'tool-result' && part.content.some(isUploaded)),
  );
  return usesFiles ? { 'anthropic-beta': FILES_BETA } : {};
}

function isUploaded(part: Call['parts'][number] | MediaPart): boolean {
  return part.type === 'file' && part.fileId !== undefined;
}

/** A provider's headers never change while it is configured. */
const known = new WeakMap<Provider, Readonly<Record<string, string>>>();

function findHeaders(provider: Provider): Readonly<Record<string, string>> {
  const found = known.get(provider);
  if (found !== undefined) return found;
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'user-agent': 'reeve',
    ...(provider.apiKey === null ? {} : { 'x-api-key': provider.apiKey }),
  };
  known.set(provider, headers);
  return headers;
}
