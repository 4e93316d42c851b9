/** From a call to the options that a provider package takes. */
import type { Call, MediaPart, Part, ResponseFormat, ToolChoice } from '@reeve/contracts';
import { readDataUrl } from '../data-url.ts';
import { groupTurns } from '../group-turns.ts';
import { dropAbsent, parseJson } from '../read-json.ts';

/** Without the signal. Thoughts travel as text; what signs them is the package's own and stays behind. */
export function callToAiSdk({ parts, params }: Call): Record<string, unknown> {
  const names = new Map(parts.flatMap((part) => (part.type === 'tool-call' ? [[part.id, part.name] as const] : [])));
  return dropAbsent({
    prompt: groupTurns(parts).flatMap((turn) => toMessages(turn, names)),
    maxOutputTokens: params.maxOutputTokens,
    temperature: params.temperature,
    topP: params.topP,
    topK: params.topK,
    frequencyPenalty: params.frequencyPenalty,
    presencePenalty: params.presencePenalty,
    stopSequences: params.stop,
    seed: params.seed,
    responseFormat: params.responseFormat === undefined ? undefined : toFormat(params.responseFormat),
    tools: params.tools?.map(({ name, description, parameters }) =>
      dropAbsent({
        type: 'function',
        name,
        description,
        inputSchema: parameters ?? { type: 'object', properties: {} },
      }),
    ),
    toolChoice: params.toolChoice === undefined ? undefined : toToolChoice(params.toolChoice),
  });
}

function toFormat(format: ResponseFormat): object {
  if (format.type !== 'json-schema') return { type: format.type };
  const { schema, name, description } = format;
  return dropAbsent({ type: 'json', schema, name, description });
}

function toToolChoice(choice: ToolChoice): object {
  return typeof choice === 'string' ? { type: choice } : { type: 'tool', toolName: choice.name };
}

/** Results of tools are messages of their own, and stand before what else the turn says. */
function toMessages(turn: readonly Part[], names: ReadonlyMap<string, string>): object[] {
  const role = turn[0]?.role ?? 'user';
  const results = turn.flatMap((part) => (part.type === 'tool-result' ? [toResult(part, names)] : []));
  const contents = turn.flatMap((part) => toContent(part) ?? []);
  const messages: object[] = results.length === 0 ? [] : [{ role: 'tool', content: results }];
  if (contents.length === 0) return messages;
  if (role !== 'system') return [...messages, { role: role === 'tool' ? 'user' : role, content: contents }];
  const texts = turn.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  return [...messages, { role, content: texts.join('\n') }];
}

function toResult(part: Extract<Part, { type: 'tool-result' }>, names: ReadonlyMap<string, string>): object {
  const value = part.content.flatMap((content) => (content.type === 'text' ? [content.text] : [])).join('\n');
  const output = { type: part.isError === true ? 'error-text' : 'text', value };
  return { type: 'tool-result', toolCallId: part.id, toolName: names.get(part.id) ?? 'tool', output };
}

function toContent(part: Part): object | null {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: 'text', text: part.text };
    case 'reasoning':
      return part.text === '' ? null : { type: 'reasoning', text: part.text };
    case 'image':
      return toFile(part.url, 'image/*');
    case 'file':
      return toNamedFile(part);
    case 'audio':
      return { type: 'file', data: part.data, mediaType: `audio/${part.format}` };
    case 'tool-call': {
      const input = parseJson(part.arguments) ?? part.arguments;
      return { type: 'tool-call', toolCallId: part.id, toolName: part.name, input };
    }
    case 'tool-result':
    case 'other':
      return null;
  }
}

function toNamedFile(part: Extract<MediaPart, { type: 'file' }>): object | null {
  const place = part.data ?? part.url;
  if (place === undefined) return null;
  return dropAbsent({ ...toFile(place, part.mediaType ?? 'application/pdf'), filename: part.filename });
}

/** Data as base64; what lies elsewhere as a URL, which the package hands on or refuses. */
function toFile(place: string, fallbackType: string): Record<string, unknown> {
  const blob = readDataUrl(place);
  if (blob !== null) return { type: 'file', data: blob.base64, mediaType: blob.mediaType };
  const url = URL.parse(place);
  return { type: 'file', data: url ?? place, mediaType: fallbackType };
}
