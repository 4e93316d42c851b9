/** The door of calls: the one request path. */
export type { AnswerHead, CallEnding, CallPath, CallRequest, Rejection, Settlement, StreamSink } from './calls.ts';
export type { Capacity, CapacityLimits } from './capacity.ts';
export { createCapacity, DEFAULT_CAPACITY } from './capacity.ts';
export { makeCall } from './make-call.ts';
export { findUsableModel, listUsableModels, unknownModel } from './list-models.ts';
export { createCallsPlugin } from './plugin.ts';
