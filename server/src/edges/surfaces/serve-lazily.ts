/** A surface's route whose translating half is loaded at its first call: a surface that nobody uses costs nothing. */
import type { CallPath } from '#calls';
import { toAppError, type AppError, type HttpExchange } from '#kernel';
import type { Call } from '@reeve/contracts';
import { readJsonBody, type JsonBody } from './read-body.ts';
import { sendError, serveCall, type SurfaceVoice } from './serve-call.ts';

/** What a request means, and how its answer will be said. */
export interface OpenedCall {
  call: Call;
  voice: SurfaceVoice;
}

/** Reads one request. Throws `AppError` for what is at fault in it. */
export type OpenCall = (path: CallPath, exchange: HttpExchange, body: JsonBody) => OpenedCall;

/** A handler over `load`, which imports the translating modules; `renderError` must not need them. */
export function serveLazily(
  path: CallPath,
  renderError: (error: AppError, requestId: string) => string,
  load: () => Promise<OpenCall>,
): (exchange: HttpExchange) => Promise<void> {
  let loaded: OpenCall | null = null;
  return async (exchange) => {
    let opened: OpenedCall;
    try {
      loaded ??= await load();
      opened = loaded(path, exchange, readJsonBody(exchange.body));
    } catch (thrown) {
      const { requestId } = exchange.scope;
      return sendError(exchange, toAppError(thrown), { renderError: (error) => renderError(error, requestId) }, {});
    }
    return serveCall(path, exchange, opened.call, opened.voice);
  };
}
