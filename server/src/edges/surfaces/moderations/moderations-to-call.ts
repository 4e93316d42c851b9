import type { Call, Part } from '@reeve/contracts';
import type { JsonBody } from '../read-body.ts';
import { pickExtensions } from '../read-fields.ts';
import { MODERATION_FIELDS, moderationChecker, WIRE, type ModerationRequest } from './moderations-wire.ts';

/** Who leaves the model out means this one. */
const DEFAULT_MODEL = 'omni-moderation-latest';

/** A moderation request as a call. Throws `AppError('invalid_request')` naming the field at fault. */
export function moderationToCall(body: JsonBody): Call {
  const request = moderationChecker.parse(body.value);
  return {
    kind: 'moderation',
    wire: WIRE,
    model: request.model ?? DEFAULT_MODEL,
    stream: false,
    parts: toInputs(request.input),
    params: {},
    extensions: pickExtensions(body.value, MODERATION_FIELDS),
    raw: { bytes: body.bytes, fields: body.fields },
  };
}

/** Each text is an input of its own; parts together are one. */
function toInputs(input: ModerationRequest['input']): Part[] {
  const items = typeof input === 'string' ? [input] : input;
  return items.map((item, turn): Part => {
    return typeof item === 'string' ? { type: 'text', turn, role: 'user', text: item } : toPart(item);
  });
}

function toPart(item: Exclude<ModerationRequest['input'][number], string>): Part {
  const base = { turn: 0, role: 'user' } as const;
  if (item.type === 'text' && item.text !== undefined) return { ...base, type: 'text', text: item.text };
  if (item.type === 'image_url' && item.image_url !== undefined) {
    return { ...base, type: 'image', url: item.image_url.url };
  }
  return { ...base, type: 'other', name: item.type, value: item };
}
