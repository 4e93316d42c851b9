/** How OpenAI's chats and completions write a stream. */

export const CLOSING_FRAME = 'data: [DONE]\n\n';

/** One server-sent event. */
export function toFrame(body: object): string {
  return `data: ${JSON.stringify(body)}\n\n`;
}
