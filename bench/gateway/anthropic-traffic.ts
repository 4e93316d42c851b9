/** The same traffic on Anthropic's wire: the same texts, sizes and stamps, so that the two can be compared. */
import {
  CHUNKS_PER_STREAM,
  nowMicros,
  plainAnswer as openAiAnswer,
  requestBodies as openAiBodies,
  STAMP_DIGITS,
  type Shape,
} from './traffic.ts';

export const CLAUDE_MODEL = 'claude-sonnet-4-5';
export const MESSAGES_PATH = '/v1/messages';
export const MESSAGE_MARK = '"stop_reason":"end_turn"';
export const MESSAGE_STREAM_MARK = 'message_stop';

interface OpenAiBody {
  messages: { role: string; content: string }[];
  temperature: number;
  max_tokens: number;
  user: string;
  stream?: true;
}

/** The bodies of the OpenAI surface, said as messages. */
export function messageBodies(shape: Shape): Buffer[] {
  return openAiBodies(shape).map((bytes) => {
    const { messages, user, ...settings }: OpenAiBody = JSON.parse(bytes.toString('utf8'));
    const [system, question] = messages;
    const body = {
      ...settings,
      model: CLAUDE_MODEL,
      system: system?.content,
      messages: [question],
      metadata: { user_id: user },
    };
    return Buffer.from(JSON.stringify(body));
  });
}

/** The text of OpenAI's answer as a message. */
export function messageAnswer(): Buffer {
  const answer: { choices: { message: { content: string } }[] } = JSON.parse(openAiAnswer().toString('utf8'));
  const text = answer.choices[0]?.message.content ?? '';
  const message = {
    ...MESSAGE,
    content: [{ type: 'text', text, citations: null }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 230, output_tokens: 380 },
  };
  return Buffer.from(JSON.stringify(message));
}

const MESSAGE = {
  id: 'msg_bench',
  type: 'message',
  role: 'assistant',
  model: CLAUDE_MODEL,
  content: [] as object[],
  stop_reason: null as string | null,
  stop_sequence: null,
};

export const messageStart = (): string =>
  frame({ type: 'message_start', message: { ...MESSAGE, usage: { input_tokens: 230, output_tokens: 1 } } }) +
  frame({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });

export function messageChunk(): string {
  const stamp = String(nowMicros()).padStart(STAMP_DIGITS, '0');
  return frame({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text: `t=${stamp} some words` },
  });
}

export const messageEnd = (): string =>
  frame({ type: 'content_block_stop', index: 0 }) +
  frame({
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: CHUNKS_PER_STREAM * 2 },
  }) +
  frame({ type: 'message_stop' });

function frame(data: { type: string } & Readonly<Record<string, unknown>>): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}
