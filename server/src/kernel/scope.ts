import type { Scope as GrantedScope } from '@reeve/contracts';
import type { KeyId, RequestId, TenantId } from './ids.ts';

/** Who acts: an API key, or the operator at the machine (CLI over the admin socket). */
export interface Actor {
  kind: 'key' | 'operator';
  keyId: KeyId | null;
  scopes: ReadonlySet<GrantedScope>;
  /** Aliases or `provider/model` names that the key may call; `null` means all. */
  models: ReadonlySet<string> | null;
}

/** The trace that a request belongs to (W3C Trace Context). */
export interface TraceContext {
  /** 32 hex characters. */
  traceId: string;
  /** 16 hex characters: the caller's span, or `null` where this request starts the trace. */
  parentSpanId: string | null;
  /** 16 hex characters: the request's own span, where others were told of it in `traceparent`. */
  spanId?: string;
  sampled: boolean;
}

/** Authority and context of one request: the first parameter of everything that reads or writes. */
export interface Scope {
  tenantId: TenantId;
  actor: Actor;
  requestId: RequestId | string;
  trace: TraceContext;
}

/** Whether the actor may do what `permission` names. */
export function holdsPermission(actor: Actor, permission: GrantedScope): boolean {
  return actor.scopes.has('*') || actor.scopes.has(permission);
}
