/** The door of the contracts: what crosses a border. */
export type {
  CallKind,
  PartRole,
  Part,
  MediaPart,
  CacheTtl,
  Signature,
  ToolDefinition,
  ToolChoice,
  ResponseFormat,
  ReasoningEffort,
  ReasoningParams,
  CallParams,
  FieldSpan,
  RawRequest,
  Call,
  Usage,
  FinishReason,
  Answer,
  TokenLogprob,
  Citation,
  AnswerPart,
  AnswerEvent,
  AnswerFrame,
} from './call.ts';
export { asksToThink } from './call.ts';
export type { ErrorCode } from './errors.ts';
export { ERRORS } from './errors.ts';
export type { EventData, EventDefinition, EventType } from './events/catalogue.ts';
export { EVENTS, findEvent, toSubject, upcast } from './events/catalogue.ts';
export type { CloudEvent } from './events/cloud-event.ts';
export { CloudEventSchema, revisionOf, toDataSchema } from './events/cloud-event.ts';
export type { IdKind } from './ids.ts';
export {
  ID_PREFIXES,
  CROCKFORD,
  DEFAULT_TENANT,
  TenantIdSchema,
  KeyIdSchema,
  ReceiptIdSchema,
  WorkflowIdSchema,
  WebhookIdSchema,
  DeliveryIdSchema,
  MemberIdSchema,
  ConversationIdSchema,
  EntryIdSchema,
} from './ids.ts';
export type { Permission, RoleName, Scope, SpanName } from './names.ts';
export { PERMISSIONS, ROLES, HEADERS, SPANS, METRICS, TABLES } from './names.ts';
export type { ReceiptStatus, ReceiptBody, Receipt } from './receipt.ts';
export { RECEIPT_STATUSES, ReceiptBodySchema, ReceiptSchema } from './receipt.ts';
