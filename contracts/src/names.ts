/** Every name that an outsider may rely on and that the code emits today. `names.test.ts` proves it. */

export const PERMISSIONS = [
  'models:invoke',
  'receipts:read',
  'usage:read',
  'keys:manage',
  'tenants:manage',
  'operations:manage',
  'webhooks:manage',
  'members:manage',
  'operations:read',
  'settings:read',
  'sessions:use',
] as const;
/** `*` is every permission. */
export type Permission = (typeof PERMISSIONS)[number];
export type Scope = Permission | '*';

/** Roles: named sets of permissions, over those that exist today. A role grows with them, keys made before do not. */
export const ROLES = {
  OWNER: ['*'],
  ADMIN: PERMISSIONS,
  TENANT_ADMIN: [
    'models:invoke',
    'sessions:use',
    'receipts:read',
    'usage:read',
    'keys:manage',
    'members:manage',
    'webhooks:manage',
    'operations:read',
    'settings:read',
  ],
  EDITOR: ['models:invoke', 'sessions:use', 'receipts:read', 'usage:read'],
  VIEWER: ['receipts:read', 'usage:read'],
  /** Views forecasts, which are answers of models. */
  ROLE_AGRONOMIST: ['models:invoke', 'sessions:use'],
  /** Approves changes, and so reads what they rest on. */
  ROLE_MANAGER: ['receipts:read', 'usage:read'],
  /** Forces a rollback, resets a baseline. */
  ROLE_ADMIN: ['receipts:read', 'usage:read'],
} as const satisfies Record<string, readonly Scope[]>;
export type RoleName = keyof typeof ROLES;

export const HEADERS = {
  requestId: 'x-request-id',
  traceparent: 'traceparent',
  retryAfter: 'retry-after',
  shouldRetry: 'x-should-retry',
  idempotencyKey: 'idempotency-key',
  receipt: 'x-reeve-receipt',
  route: 'x-reeve-route',
  policy: 'x-reeve-policy',
  fallback: 'x-reeve-fallback',
  costNanos: 'x-reeve-cost-nanos',
  overheadMs: 'x-reeve-overhead-ms',
  tags: 'x-reeve-tags',
  console: 'x-reeve-console',
} as const;

export const SPANS = ['ingress', 'policy', 'routing_decision', 'adapter_call'] as const;
export type SpanName = (typeof SPANS)[number];

export const METRICS = {
  requests: 'reeve_requests_total',
  requestSeconds: 'reeve_request_seconds',
  overheadSeconds: 'reeve_overhead_seconds',
  tokens: 'reeve_tokens_total',
  costNanos: 'reeve_cost_nanos_total',
  attempts: 'reeve_upstream_attempts_total',
  breakerOpen: 'reeve_breaker_open',
  activeStreams: 'reeve_active_streams',
  journalBytes: 'reeve_journal_backlog_bytes',
  journalSyncSeconds: 'reeve_journal_sync_seconds',
  policyDenials: 'policy_denials_rate',
  genAiOperationSeconds: 'gen_ai_client_operation_duration_seconds',
  genAiTokens: 'gen_ai_client_token_usage',
} as const;

export const TABLES = [
  'tenant',
  'api_key',
  'member',
  'member_password',
  'console_session',
  'sign_in_link',
  'sign_in_attempt',
  'receipt',
  'usage_daily',
  'usage_tag_daily',
  'projection_cursor',
  'idempotency_key',
  'outbox',
  'inbox',
  'event_consumer',
  'dead_letter',
  'projection',
  'workflow_run',
  'workflow_step',
  'workflow_message',
  'workflow_worker',
  'workflow_schedule',
  'graph_node',
  'graph_edge',
  'data_move',
  'webhook',
  'webhook_delivery',
  'user_sessions',
  'user_session_entry',
] as const;
