/** What stands behind OpenAI's wire: the services that speak it differ in addresses and credentials only. */
import type { IncomingAnswer } from '#platform/http-client/port.ts';
import type { AdapterDeps, Attempt } from './adapter.ts';
import type { Failed } from './upstream-failure.ts';

export interface OpenAiEndpoint {
  /** The adapter's name. */
  name: string;
  /**
   * Posts one attempt to `path`, which stands behind the version (`/chat/completions`), with `headers` of the caller
   * that pass upstream. A failure where no credential could be had. Throws `HttpFailure`.
   */
  post(
    attempt: Attempt,
    request: { path: string; headers?: Readonly<Record<string, string>> | undefined; body: Uint8Array },
  ): Promise<IncomingAnswer | Failed>;
}

/** Makes what stands behind the wire. */
export type CreateEndpoint = (deps: AdapterDeps) => OpenAiEndpoint;
