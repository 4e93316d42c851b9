/** The door of the kernel: the words that every room uses. Pure. */
export { AppError, toAppError, toErrorHeaders } from './app-error.ts';
export { assert, must } from './assert.ts';
export { encodeBase32 } from './base32.ts';
export { fieldOf } from './field-of.ts';
export { hasCode } from './has-code.ts';
export type { Fault } from './describe-faults.ts';
export { placeFaults } from './describe-faults.ts';
export type { CsvValue } from './csv.ts';
export { toCsvLine } from './csv.ts';
export type {
  IdSource,
  ConversationId,
  DeliveryId,
  EntryId,
  KeyId,
  MemberId,
  ReceiptId,
  RequestId,
  TenantId,
  WebhookId,
  WorkflowId,
  WriterId,
} from './ids.ts';
export {
  asKeyId,
  asMemberId,
  asReceiptId,
  asTenantId,
  asConversationId,
  asDeliveryId,
  asEntryId,
  asWebhookId,
  asWorkflowId,
  asWriterId,
  createIdSource,
  createUuidSource,
  defaultTenantId,
  idTimestampMs,
} from './ids.ts';
export type { Clock, Random } from './inputs.ts';
export { hideSecrets } from './hide-secrets.ts';
export { isDay, isMoment } from './moment.ts';
export type { CostNanos } from './money.ts';
export { NANOS_PER_USD, roundCost, scaledCost, usdPerMillionToNanos } from './money.ts';
export type {
  DeadLetterFilter,
  DeadLetterSource,
  DeadLetterState,
  DeadLetterVerdict,
  DeadLetterView,
  LivePart,
  Onlooker,
  SettingsPart,
} from './operating.ts';
export { toOnlooker } from './operating.ts';
export type { FindOrigin, Origin } from './origin.ts';
export { originOf, OriginSchema, sourcedSchema } from './origin.ts';
export type { Action, KeyForm, PageReply, PageRequest } from './paging.ts';
export { ActionSchema, buildPage, PAGE_QUERY, pageSchema, parsePage } from './paging.ts';
export type {
  FaultVoice,
  HealthCheck,
  HttpExchange,
  HttpMethod,
  Job,
  JsonRoute,
  ModulePlugin,
  Projection,
  RawRoute,
  RequestHead,
  Role,
  Route,
  RouteReply,
  RouteRequest,
} from './plugin.ts';
export { inPortions } from './portions.ts';
export type { Actor, Scope, TraceContext } from './scope.ts';
export { holdsPermission } from './scope.ts';
export type { Checker } from './validate.ts';
export { createChecker, findHalfCharacter, NO_NUL } from './validate.ts';
