import type { Scope as GrantedScope } from '@reeve/contracts';
import type { KeyId, MemberId, RequestId, TenantId } from './ids.ts';

/** Who acts: an API key, a member in the console, or the operator at the machine (CLI over the admin socket). */
export interface Actor {
  kind: 'key' | 'member' | 'operator';
  /** A member's is their console key: receipts and usage then hold a pseudonym, and a person is treated as a key is. */
  keyId: KeyId | null;
  /** Where `kind` is `member`. */
  memberId?: MemberId;
  /** Where `kind` is `member`: names the console session, and opens nothing. */
  sessionId?: string;
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
