/** The door of the surfaces: how people's SDKs and machines speak to the request path. */
export { findFaultVoice } from './find-fault-voice.ts';
export { toErrorBody as renderOpenAiError } from './openai-errors.ts';
export { createSurfacesPlugin } from './plugin.ts';
export type { JsonBody } from './read-body.ts';
export { readJsonBody } from './read-body.ts';
