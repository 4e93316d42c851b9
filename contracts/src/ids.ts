/**
 * Identifiers that cross a border: `<prefix>_<26 characters>`, where the characters are a UUIDv7 in
 * Crockford's base 32 (RFC 9562 §5.7), so that ids of one kind sort by the time they were made.
 */
import Type from 'typebox';

export const ID_PREFIXES = {
  tenant: 'ten',
  key: 'key',
  receipt: 'rcp',
  request: 'req',
  writer: 'wri',
  workflow: 'wfl',
  webhook: 'whk',
  delivery: 'dlv',
  member: 'mem',
  conversation: 'ses',
  entry: 'ent',
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

export const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

/** The tenant that exists from the first start; its owner administers the installation. */
export const DEFAULT_TENANT = 'default';

const ID_BODY = `[${CROCKFORD}]{26}`;

export const TenantIdSchema = Type.String({
  pattern: `^(${DEFAULT_TENANT}|${ID_PREFIXES.tenant}_${ID_BODY})$`,
});
export const KeyIdSchema = Type.String({ pattern: `^${ID_PREFIXES.key}_${ID_BODY}$` });
export const WorkflowIdSchema = Type.String({ pattern: `^${ID_PREFIXES.workflow}_${ID_BODY}$` });
export const WebhookIdSchema = Type.String({ pattern: `^${ID_PREFIXES.webhook}_${ID_BODY}$` });
export const DeliveryIdSchema = Type.String({ pattern: `^${ID_PREFIXES.delivery}_${ID_BODY}$` });
export const MemberIdSchema = Type.String({ pattern: `^${ID_PREFIXES.member}_${ID_BODY}$` });
export const ReceiptIdSchema = Type.String({ pattern: `^${ID_PREFIXES.receipt}_${ID_BODY}$` });
export const ConversationIdSchema = Type.String({ pattern: `^${ID_PREFIXES.conversation}_${ID_BODY}$` });
export const EntryIdSchema = Type.String({ pattern: `^${ID_PREFIXES.entry}_${ID_BODY}$` });
