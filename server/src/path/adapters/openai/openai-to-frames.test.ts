import { describe, expect, it } from 'vitest';
import { createOpenAiTranslator } from './openai-to-frames.ts';
import { DONE_FRAME, oddStream, provider, textFrames, toFrame, usage, usageFrame } from './openai.fixtures.ts';

function translate(text: string | Buffer, usageAsked = false) {
  const translator = createOpenAiTranslator(usageAsked, provider);
  const frames = [...translator.push(Buffer.from(text)), ...translator.end()];
  const events = frames.flatMap((frame) => frame.events);
  const forwarded = Buffer.concat(frames.flatMap((frame) => frame.raw?.bytes ?? [])).toString('utf8');
  return { translator, frames, events, forwarded };
}

describe('openai-to-frames', () => {
  it('forwards whole frames of one read as one slice of it', () => {
    const read = Buffer.from(textFrames.join('') + textFrames[0]?.slice(0, 10));
    const [frame, ...others] = createOpenAiTranslator(false, provider).push(read);
    expect(others).toEqual([]);
    expect(frame?.raw?.bytes.buffer).toBe(read.buffer);
    expect(frame?.raw?.bytes).toHaveLength(Buffer.byteLength(textFrames.join('')));
  });

  it('holds the usage chunk back unless the caller asked for it; either way it counts', () => {
    const stream = textFrames.join('') + usageFrame + DONE_FRAME;
    for (const asked of [true, false]) {
      const { forwarded, events } = translate(stream, asked);
      expect(forwarded).toBe(textFrames.join('') + (asked ? usageFrame : ''));
      expect(events).toContainEqual({ type: 'usage', usage });
    }
  });

  it('forwards a chunk without choices that carries no usage', () => {
    const filters = toFrame('{"choices":[],"prompt_filter_results":[],"usage":null}');
    expect(translate(filters + textFrames.join('')).forwarded).toBe(filters + textFrames.join(''));
  });

  it('reads comments, names, odd line ends and events of several lines, and changes no byte of them', () => {
    const { forwarded, events } = translate(oddStream.join('') + DONE_FRAME);
    expect(forwarded).toBe(oddStream.join(''));
    const texts = events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : []));
    expect(texts).toEqual(['no space, ', 'carriage returns, ', 'two lines']);
    expect(events).toContainEqual({ type: 'reasoning-delta', index: 0, text: 'thinking' });
    expect(events.at(-2)).toEqual({ type: 'end', index: 0, finishReason: 'length' });
  });

  it.each(['data: [DONE]', 'data: [DONE]\n', 'data:[DONE]\r\n'])('takes %j at the very end as closing', (closing) => {
    expect(translate(textFrames.join('') + closing).events.at(-1)).toEqual({ type: 'closed' });
  });

  it.each(['data: [DO', 'data: [DONE', ''])('does not take %j at the very end as closing', (closing) => {
    const { events, translator } = translate(textFrames.join('') + closing);
    expect(events.some((event) => event.type === 'closed')).toBe(false);
    expect(translator.closed).toBe(false);
  });

  it.each([
    ['{"error":{"message":"busy","code":503}}', { kind: 'status', status: 503, message: 'busy' }],
    ['{"error":{"message":"busy","code":"503"}}', { kind: 'status', status: 503 }],
    ['{"error":"no more"}', { kind: 'invalid', status: null, message: 'no more' }],
    ['{"object":"error","message":"bad","code":400}', { kind: 'status', status: 400, message: 'bad' }],
    ['{"error":{"message":"key sk-abcdef123456 is bad"}}', { message: 'key [key] is bad' }],
    ['{"error":{}}', { message: 'The provider reported an error.' }],
    ['{"half":', { kind: 'invalid', message: 'The provider sent a frame that cannot be read.' }],
    ['"text"', { kind: 'invalid' }],
  ])('sees the failure in %s', (data, expected) => {
    const { translator, forwarded } = translate(toFrame(data) + textFrames.join(''));
    expect(translator.failure).toMatchObject(expected);
    expect(forwarded).toBe('');
  });

  it('takes a frame named error as one', () => {
    expect(translate('event: error\ndata: {"message":"overheated"}\n\n').translator.failure?.message).toBe(
      'overheated',
    );
  });

  it('refuses bytes that are not UTF-8 and takes a replacement character that the model wrote', () => {
    const [, second = ''] = textFrames;
    const broken = Buffer.from(second.replace('stick', 'st\u00ffck'), 'latin1');
    expect(translate(broken).translator.failure?.kind).toBe('invalid');
    expect(translate(second.replace('stick', '\uFFFD')).translator.failure).toBeNull();
  });

  it('refuses a frame that grows past 16 MiB', () => {
    const translator = createOpenAiTranslator(false, provider);
    const block = Buffer.alloc(2 * 1024 * 1024, 'a');
    translator.push(Buffer.from('data: {"choices":[{"delta":{"content":"'));
    let given = 0;
    while (translator.failure === null && given < 64) {
      translator.push(block);
      given += 1;
    }
    expect(given).toBeLessThanOrEqual(8);
    expect(translator.failure?.message).toBe('The provider sent a frame larger than this server takes.');
  });
});
