/** The door to the server. */
export {
  call,
  lastFallback,
  request,
  serverNow,
  sessionEnded,
  type Body,
  type Input,
  type Operation,
  type Query,
  type Reply,
} from './client.ts';
export { ApiProblem } from './problem.ts';
export { createSignal, type Signal } from './signal.ts';
