import type { MediaPart, Part } from '@reeve/contracts';

type ToolResult = Extract<Part, { type: 'tool-result' }>;
type Place = Pick<Part, 'turn' | 'role'>;

/**
 * Results of tools are texts on this wire. The images and files that they hold are said by the user instead, behind all
 * results of a turn, since nothing may stand between these. Ids are named as `toId` has them.
 */
export function attachMedia(parts: readonly Part[], toId: (id: string) => string): Part[] {
  const attached: Part[] = [];
  let waiting: ToolResult[] = [];
  for (const [at, part] of parts.entries()) {
    if (part.type !== 'tool-result' || part.content.every(isText)) attached.push(part);
    else {
      attached.push({ ...part, content: keepTexts(part.content) });
      waiting.push(part);
    }
    if (waiting.length === 0 || parts[at + 1]?.type === 'tool-result') continue;
    const place: Place = { turn: part.turn, role: 'user' };
    attached.push(...waiting.flatMap((result) => toAttachments(result, toId(result.id), place)));
    waiting = [];
  }
  return attached;
}

const isText = (part: MediaPart): boolean => part.type === 'text';

/** A result without a word says where to look. */
function keepTexts(content: readonly MediaPart[]): MediaPart[] {
  const texts = content.filter((part) => part.type === 'text' && part.text.trim() !== '');
  return texts.length === 0 ? [{ type: 'text', text: 'The result is attached below.' }] : texts;
}

/** The words tell the model that this is no wish of the user's, and to which call it belongs. */
function toAttachments({ content }: ToolResult, id: string, place: Place): Part[] {
  const media = content.filter((part) => !isText(part));
  return [
    { ...place, type: 'text', text: `Attached to the result of the tool call "${id}":` },
    ...media.map((part) => ({ ...place, ...part })),
  ];
}
