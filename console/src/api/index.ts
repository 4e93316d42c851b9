/** The door to the server. */
export {
  call,
  lastFallback,
  request,
  serverNow,
  sessionEnded,
  toAddress,
  type Body,
  type Input,
  type Operation,
  type Query,
  type Reply,
} from './client.ts';
export { listAll, type Listed } from './list-all.ts';
export { ApiProblem } from './problem.ts';
export { createSignal, type Signal } from './signal.ts';
