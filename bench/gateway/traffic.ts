/** What goes over the wire in the bench: known bodies, known answers, so that both ends can check every byte. */
import { createHash } from 'node:crypto';

export const MODEL = 'gpt-4o-mini';
/** What the upstream demands; Reeve swaps its caller's key for this one, the others pass it on. */
export const UPSTREAM_KEY = 'bench-upstream-key';
export const CHUNKS_PER_STREAM = 32;
/** Between two chunks of a paced stream. */
export const PACED_CHUNK_MS = 5;
const VARIANTS = 16;
const PLAIN_REQUEST_BYTES = 1024;
const PLAIN_ANSWER_BYTES = 2048;
const FILLER = 'The reeve kept the tally for everyone in the shire. ';
const SYSTEM = 'You are a helpful assistant.';

export type Wire = 'openai' | 'anthropic';
/** `burst`: chunks as fast as the event loop turns; `paced`: one every `PACED_CHUNK_MS`. */
export type Shape = 'plain' | 'burst' | 'paced';
export const SHAPES: readonly Shape[] = ['plain', 'burst', 'paced'];

/** Sixteen different bodies of one shape, 1 KiB each. */
export function requestBodies(shape: Shape): Buffer[] {
  return Array.from({ length: VARIANTS }, (_, variant) => {
    const body = {
      model: MODEL,
      messages: [
        { role: 'system', content: SYSTEM },
        { role: 'user', content: '' },
      ],
      temperature: 0.2,
      max_tokens: 512,
      user: `bench-${shape}-${variant}`,
      ...(shape === 'plain' ? {} : { stream: true }),
    };
    const [, question] = body.messages;
    if (question !== undefined) question.content = filler(PLAIN_REQUEST_BYTES - JSON.stringify(body).length);
    return Buffer.from(JSON.stringify(body));
  });
}

/** The hash by which the upstream knows a body: of its bytes, or of its meaning where a gateway wrote it anew. */
export function hashBytes(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64');
}

/** The same for a body that was written anew: keys sorted, `stream_options` left out. */
export function hashMeaning(bytes: Buffer): string {
  const body: Record<string, unknown> = JSON.parse(bytes.toString('utf8'));
  delete body['stream_options'];
  const entries = Object.entries(body).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return hashBytes(Buffer.from(JSON.stringify(entries)));
}

/** The shape of a body that a gateway translated from another wire, where its texts and settings came through. */
export function findTranslatedShape(bytes: Buffer): Shape | undefined {
  const text = bytes.toString('utf8');
  const body: { user?: string; metadata?: { user_id?: string }; max_tokens?: number } = JSON.parse(text);
  const user = body.user ?? body.metadata?.user_id ?? '';
  const whole = text.includes(filler(PLAIN_REQUEST_BYTES / 2)) && text.includes(SYSTEM) && body.max_tokens === 512;
  return whole ? SHAPES.find((shape) => user.startsWith(`bench-${shape}-`)) : undefined;
}

export const ANSWER_MARK = '"finish_reason":"stop"';
export const STREAM_MARK = '[DONE]';

/** One whole answer of 2 KiB. */
export function plainAnswer(): Buffer {
  const answer = {
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1_760_000_000,
    model: MODEL,
    choices: [{ index: 0, message: { role: 'assistant', content: '' }, logprobs: null, finish_reason: 'stop' }],
    usage: { prompt_tokens: 230, completion_tokens: 380, total_tokens: 610 },
    system_fingerprint: 'fp_bench',
  };
  const [choice] = answer.choices;
  if (choice !== undefined) choice.message.content = filler(PLAIN_ANSWER_BYTES - JSON.stringify(answer).length);
  return Buffer.from(JSON.stringify(answer));
}

const CHUNK_HEAD = `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,"model":"${MODEL}","choices":[`;

/** One chunk; it carries the steady clock of the machine in µs, so that the reader can tell its age. */
export function streamChunk(): string {
  return `${CHUNK_HEAD}{"index":0,"delta":{"content":"t=${stampMicros()} some words"},"logprobs":null,"finish_reason":null}]}\n\n`;
}

export function closingChunks(withUsage: boolean): string {
  const last = `${CHUNK_HEAD}{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}\n\n`;
  const usage = `${CHUNK_HEAD}],"usage":{"prompt_tokens":230,"completion_tokens":64,"total_tokens":294}}\n\n`;
  return `${last}${withUsage ? usage : ''}data: [DONE]\n\n`;
}

export const STAMP_DIGITS = 15;
export const STAMP = new RegExp(`t=(\\d{${STAMP_DIGITS}})`, 'g');

/** The machine's steady clock in whole µs: the same for all processes. */
export function nowMicros(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

function stampMicros(): string {
  return String(nowMicros()).padStart(STAMP_DIGITS, '0');
}

function filler(bytes: number): string {
  return FILLER.repeat(Math.ceil(bytes / FILLER.length)).slice(0, bytes);
}
