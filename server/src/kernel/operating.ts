/** What rooms show to whoever operates the installation: figures of the moment, and work that failed. */
import type { TSchema } from 'typebox';
import { defaultTenantId, type TenantId } from './ids.ts';
import { holdsPermission, type Scope } from './scope.ts';

/** Who looks, and how far: a tenant sees its own, the tenant `default` looks after what runs for all. */
export interface Onlooker {
  tenantId: TenantId;
  /** Figures of the whole installation may be shown. */
  everything: boolean;
}

/** `operations:manage` counts over the whole installation in `default` only: what runs for all belongs to no tenant. */
export function toOnlooker({ tenantId, actor }: Pick<Scope, 'tenantId' | 'actor'>): Onlooker {
  return { tenantId, everything: tenantId === defaultTenantId && holdsPermission(actor, 'operations:manage') };
}

/** Figures of a room at this moment. They are read each time somebody looks, and cost nothing otherwise. */
export interface LivePart {
  /** The field of the report. */
  name: string;
  schema: TSchema;
  /** Resolves to `null` where there is nothing for this onlooker. */
  read(onlooker: Onlooker): Promise<unknown>;
}

/** What is configured in a room and in force; never a secret. Read as live figures are. */
export type SettingsPart = LivePart;

export type DeadLetterState = 'open' | 'replayed' | 'discarded';

/** Work that a room gave up, for a person to settle. */
export interface DeadLetterView {
  /** Unique over all sources. */
  id: string;
  /** Of the event, or of the run. */
  tenantId: TenantId | null;
  /** Who failed: a consumer of events, a workflow. */
  name: string;
  /** What it failed over: the event's subject; `null` for a run. */
  subject: string | null;
  /** What went wrong the last time, in one line. */
  reason: string;
  /** How often it was tried; `null` where nobody counts. */
  attempts: number | null;
  /** RFC 3339: when it was given up. */
  createdAt: string;
  state: DeadLetterState;
  settledAt: string | null;
  settledBy: string | null;
  note: string | null;
  /** What there is to look at beside the reason; `null` where nothing may be shown. */
  detail: unknown;
}

export interface DeadLetterFilter {
  state: DeadLetterState;
  /** Only those of one consumer or workflow. */
  name: string | null;
  /** And none of this one. */
  except: string | null;
}

/** `undone`: its steps were taken back, so it can only be started anew. */
export type DeadLetterVerdict = 'done' | 'unknown' | 'settled' | 'undone';

export interface DeadLetterSource {
  name: string;
  /** How its ids look. */
  idForm: RegExp;
  /** By id, behind `after`; at most `limit`. */
  list(onlooker: Onlooker, filter: DeadLetterFilter, page: { after: string; limit: number }): Promise<DeadLetterView[]>;
  find(onlooker: Onlooker, id: string): Promise<DeadLetterView | null>;
  /** Tries it again. */
  replay(onlooker: Onlooker, id: string, settlement: { by: string; note: string | null }): Promise<DeadLetterVerdict>;
  /** Gives it up for good. */
  discard(onlooker: Onlooker, id: string, settlement: { by: string; note: string | null }): Promise<DeadLetterVerdict>;
}
