/** From the items of a responses request to parts. Source: the public API reference for a response's input items. */
import type { MediaPart, Part, PartRole } from '@reeve/contracts';
import { AppError } from '#kernel';
import { unsealCallId } from '../sealed-signature.ts';
import { itemToReasoning, readCallSignature, referenceToReasoning } from './reasoning-items.ts';
import type { InputItem } from './responses-wire.ts';

/**
 * Instructions and input as parts. What one side says without a break is one turn, so that calls of tools that belong
 * together stay together. Items that the call does not model become `other`. Throws `AppError('invalid_request')`.
 */
export function inputToParts(instructions: string | null, input: string | readonly InputItem[]): Part[] {
  const parts: Part[] = [];
  if (instructions !== null) parts.push({ type: 'text', turn: 0, role: 'system', text: instructions });
  if (typeof input === 'string') {
    parts.push({ type: 'text', turn: parts.length, role: 'user', text: input });
    return parts;
  }
  for (const [index, item] of input.entries()) {
    const fields = item as Fields;
    const role = roleOf(fields);
    const place = { turn: nextTurn(parts.at(-1), role), role };
    const made = itemToParts(fields, place, `input[${index}]`);
    if (!repeats(made[0], parts.at(-1))) parts.push(...made);
  }
  return attachSignatures(parts, input);
}

type Fields = Readonly<Record<string, unknown>>;

interface Place {
  turn: number;
  role: PartRole;
}

const ROLES: ReadonlyMap<string, PartRole> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['assistant', 'assistant'],
]);
const ROLE_SHOWN_MAX = 64;

function roleOf({ type, role }: Fields): PartRole {
  if (typeof role === 'string') return ROLES.get(role) ?? 'user';
  if (typeof type !== 'string' || type.endsWith('_output')) return 'tool';
  return 'assistant';
}

/** A thought and the item behind it whose id holds the same thought are one, where a client sends back both. */
function repeats(part: Part | undefined, last: Part | undefined): boolean {
  if (part?.type !== 'reasoning' || last?.type !== 'reasoning' || part.signature === undefined) return false;
  return part.text === last.text && part.signature.value === last.signature?.value;
}

function nextTurn(last: Part | undefined, role: PartRole): number {
  if (last === undefined) return 0;
  const goesOn = last.role === role && (role === 'assistant' || role === 'tool');
  return goesOn ? last.turn : last.turn + 1;
}

function itemToParts(item: Fields, place: Place, path: string): Part[] {
  const type = item.type ?? (item.role === undefined ? undefined : 'message');
  switch (type) {
    case 'message':
      return messageToParts(item, place, path);
    case 'function_call':
      if (item.namespace != null) return [{ ...place, type: 'other', name: 'function_call.namespace', value: item }];
      return [
        {
          ...place,
          type: 'tool-call',
          ...unsealCallId(needText(item, 'call_id', path)),
          name: needText(item, 'name', path),
          arguments: needText(item, 'arguments', path),
        },
      ];
    case 'function_call_output':
      return [outputToPart(item, place, path)];
    case 'reasoning':
      return itemToReasoning(item, place);
    case 'item_reference':
      return referenceToReasoning(needText(item, 'id', path), place) ?? refuseReference(path);
    default:
      if (typeof type !== 'string') fail(`${path}.type`, 'is required');
      return [{ ...place, type: 'other', name: String(type), value: item }];
  }
}

function refuseReference(param: string): never {
  const mend = 'send the item itself, or set "store" to false where the client refers to items by itself';
  const message = `Items are not stored here, so "${param}" cannot refer to one by its id: ${mend}.`;
  throw new AppError('unsupported_parameter', { message, param });
}

function messageToParts(item: Fields, place: Place, path: string): Part[] {
  if (typeof item.role !== 'string') return fail(`${path}.role`, 'is required');
  if (!ROLES.has(item.role)) {
    return [{ ...place, type: 'other', name: `input[].role:${item.role.slice(0, ROLE_SHOWN_MAX)}`, value: item }];
  }
  if (typeof item.content === 'string') return [{ ...place, type: 'text', text: item.content }];
  return readContents(item, 'content', path).map((content, index) => ({
    ...contentToPart(content, place, `${path}.content[${index}]`),
    ...(content.prompt_cache_breakpoint == null ? {} : { cache: '5m' }),
  }));
}

/** A result with content that the call does not model stays one foreign item. */
function outputToPart(item: Fields, place: Place, path: string): Part {
  const { id } = unsealCallId(needText(item, 'call_id', path));
  if (typeof item.output === 'string') {
    return { ...place, type: 'tool-result', id, content: [{ type: 'text', text: item.output }] };
  }
  const content: MediaPart[] = [];
  for (const [index, field] of readContents(item, 'output', path).entries()) {
    const media = toMedia(field, `${path}.output[${index}]`);
    if (media === null) return { ...place, type: 'other', name: `function_call_output.${field.type}`, value: item };
    content.push(media);
  }
  return { ...place, type: 'tool-result', id, content };
}

type Content = Fields & { type: string };

function contentToPart(content: Content, place: Place, path: string): Part {
  const media = toMedia(content, path);
  if (media !== null) return { ...place, ...media };
  if (content.type === 'refusal') return { ...place, type: 'refusal', text: needText(content, 'refusal', path) };
  if (content.type === 'input_audio' && typeof content.input_audio === 'object' && content.input_audio !== null) {
    const audio: Fields = { ...content.input_audio };
    const at = `${path}.input_audio`;
    return { ...place, type: 'audio', data: needText(audio, 'data', at), format: needText(audio, 'format', at) };
  }
  const name = content.type === 'input_image' ? 'input_image.file_id' : content.type;
  return { ...place, type: 'other', name, value: content };
}

/** `null` for what is no text, image or file; an image that lies at the provider is neither. */
function toMedia(content: Content, path: string): MediaPart | null {
  switch (content.type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: needText(content, 'text', path) };
    case 'input_image': {
      if (content.image_url == null && content.file_id != null) return null;
      const detail = typeof content.detail === 'string' ? { detail: content.detail } : {};
      return { type: 'image', url: needText(content, 'image_url', path), ...detail };
    }
    case 'input_file':
      return {
        type: 'file',
        ...(typeof content.file_id === 'string' ? { fileId: content.file_id } : {}),
        ...(typeof content.filename === 'string' ? { filename: content.filename } : {}),
        ...(typeof content.file_data === 'string' ? { data: content.file_data } : {}),
        ...(typeof content.file_url === 'string' ? { url: content.file_url } : {}),
      };
    default:
      return null;
  }
}

/** Gives calls of tools back what their provider signed; see `reasoning-items.ts`. */
function attachSignatures(parts: Part[], input: readonly InputItem[]): Part[] {
  const signatures = new Map(input.map((item) => readCallSignature(item as Fields)).filter((found) => found !== null));
  if (signatures.size === 0) return parts;
  return parts.map((part) => {
    const signature = part.type === 'tool-call' ? signatures.get(part.id) : undefined;
    return signature === undefined ? part : { ...part, signature };
  });
}

function readContents(item: Fields, name: string, path: string): Content[] {
  const list = item[name];
  if (!Array.isArray(list)) return fail(`${path}.${name}`, 'must be a string or a list');
  for (const [index, content] of list.entries()) {
    if (typeof content !== 'object' || content === null || typeof content.type !== 'string') {
      fail(`${path}.${name}[${index}].type`, 'is required');
    }
  }
  return list;
}

function needText(fields: Fields, name: string, path: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : fail(`${path}.${name}`, 'must be a string');
}

function fail(param: string, says: string): never {
  throw new AppError('invalid_request', { message: `"${param}" ${says}.`, param });
}
