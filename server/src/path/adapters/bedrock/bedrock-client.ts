/** Bedrock over HTTP: where calls go, and both ways to prove who asks. */
import { encodeStrictly, signV4 } from '#platform/crypto/port.ts';
import type { IncomingAnswer } from '#platform/http-client/port.ts';
import type { AdapterDeps, Attempt, Provider } from '../adapter.ts';
import { findAwsRegion, type BedrockSettings } from '../cloud-settings.ts';
import { parseJson, readRecord } from '../read-json.ts';
import { sendRequest } from '../send-request.ts';
import type { BedrockRequest } from './call-to-bedrock.ts';

export interface BedrockClient {
  /** Posts one attempt. Throws `HttpFailure`. */
  post(attempt: Attempt, request: BedrockRequest): Promise<IncomingAnswer>;
}

const SERVICE = 'bedrock';
const HEADERS = { 'content-type': 'application/json' };

/** The client of all providers of this adapter. Of each it knows how far its clock is ahead of ours. */
export function createBedrockClient(deps: AdapterDeps): BedrockClient {
  const aheadMs = new WeakMap<Provider, number>();
  const send = (attempt: Attempt, request: BedrockRequest, atMs: number): Promise<IncomingAnswer> => {
    const { provider, modelId } = attempt;
    const url = new URL(`${provider.baseUrl}/model/${encodeStrictly(modelId)}/${request.action}`);
    const proof = prove(provider, url, request.body, atMs);
    const headers = {
      ...HEADERS,
      accept: 'application/json, application/vnd.amazon.eventstream',
      'user-agent': 'reeve',
    };
    return sendRequest(deps, attempt, { url: url.href, headers: { ...headers, ...proof }, body: request.body });
  };
  return {
    async post(attempt, request) {
      const { provider } = attempt;
      const startMs = deps.clock.monotonicMs();
      const atMs = deps.clock.now() + (aheadMs.get(provider) ?? 0);
      const answer = await send(attempt, request, atMs);
      if (provider.apiKey !== null || answer.status !== 403) return answer;
      const refused = await holdBody(answer);
      const theirMs = findTheirTime(refused.answer, refused.body, atMs);
      if (theirMs === null) return refused.answer;
      aheadMs.set(provider, theirMs - deps.clock.now());
      const timeoutMs = Math.max(1, attempt.timeoutMs - (deps.clock.monotonicMs() - startMs));
      return send({ ...attempt, timeoutMs }, request, theirMs);
    },
  };
}

function prove(
  { apiKey, baseUrl, settings }: Provider,
  url: URL,
  body: Uint8Array,
  atMs: number,
): Record<string, string> {
  if (apiKey !== null) return { authorization: `Bearer ${apiKey}` };
  const { access_key_id = '', secret_access_key = '', session_token, aws_region }: BedrockSettings = settings;
  const keys = { accessKeyId: access_key_id, secretAccessKey: secret_access_key, sessionToken: session_token };
  const request = { method: 'POST', path: url.pathname, query: '', headers: { ...HEADERS, host: url.host }, body };
  return signV4(request, keys, { region: aws_region ?? findAwsRegion(baseUrl) ?? '', service: SERVICE, atMs });
}

/** AWS takes signatures that are up to five minutes old or early. */
const SKEW_MS_MIN = 4 * 60_000;
const OF_TIME = /InvalidSignature|SignatureDoesNotMatch|RequestExpired|RequestInTheFuture|RequestTimeTooSkewed/;
const OF_TIME_SENTENCE = /signature (has )?expired|signature not yet current|request (has )?expired/i;

/** The provider's time where our clock is what it complained about, else `null`. */
function findTheirTime({ headers }: IncomingAnswer, body: string, atMs: number): number | null {
  const theirMs = Date.parse(String(headers.date ?? ''));
  if (Number.isNaN(theirMs) || Math.abs(theirMs - atMs) < SKEW_MS_MIN) return null;
  const told = readRecord(parseJson(body));
  const { __type: type = '', message = '' } = told ?? {};
  const label = `${String(headers['x-amzn-errortype'] ?? '')} ${String(type)}`;
  return OF_TIME.test(label) || OF_TIME_SENTENCE.test(String(message)) ? theirMs : null;
}

const ERROR_BYTES_MAX = 256 * 1024;

/** Reads the body of a refusal, and leaves it to be read again. */
async function holdBody(answer: IncomingAnswer): Promise<{ answer: IncomingAnswer; body: string }> {
  const bytes = await answer.readAll(ERROR_BYTES_MAX);
  const { status, headers } = answer;
  const held: IncomingAnswer = {
    status,
    headers,
    readAll: async () => bytes,
    async *[Symbol.asyncIterator]() {
      yield bytes;
    },
    abort: () => answer.abort(),
  };
  return { answer: held, body: bytes.toString('utf8') };
}
