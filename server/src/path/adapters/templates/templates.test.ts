import type { Call } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { VIRTUAL_PROVIDERS } from '../create-adapters.ts';
import { failureOf, gather } from '../upstream-testing.ts';
import { createTemplatesAdapter } from './index.ts';

const call: Call = {
  kind: 'chat',
  wire: 'openai',
  model: 'reeve/hello',
  stream: false,
  parts: [
    { type: 'text', turn: 0, role: 'system', text: 'Be brief.' },
    { type: 'text', turn: 1, role: 'user', text: 'An older question' },
    { type: 'text', turn: 2, role: 'assistant', text: 'Yes' },
    { type: 'text', turn: 3, role: 'user', text: 'How long is a stick?' },
  ],
  params: {},
  extensions: {},
};

const invoke = (changes: Partial<Call> = {}, modelId = 'hello') => {
  const [provider] = VIRTUAL_PROVIDERS;
  if (provider === undefined) throw new Error('no virtual provider');
  const { signal } = new AbortController();
  return createTemplatesAdapter().invoke({ call: { ...call, ...changes }, provider, modelId, timeoutMs: 1, signal });
};

async function textOf(changes: Partial<Call> = {}): Promise<string> {
  const invocation = await invoke(changes);
  if (invocation.type !== 'answer') throw new Error(invocation.type);
  return invocation.answer.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('|');
}

describe('templates/hello', () => {
  it('says that no model is connected, how to connect one, and repeats the question', async () => {
    const text = await textOf();
    expect(text).toContain('no model is connected');
    expect(text).toContain('OPENAI_API_KEY');
    expect(text).toContain('reeve.yaml');
    expect(text).toContain('“How long is a stick?”');
    expect(text).not.toContain('An older question');
  });

  it('streams the same text', async () => {
    const { text, events } = await gather(await invoke({ stream: true }));
    expect(text).toBe(await textOf());
    expect(events[0]).toEqual({ type: 'start', model: 'templates/hello' });
    expect(events.slice(-2)).toEqual([{ type: 'end', index: 0, finishReason: 'stop' }, { type: 'closed' }]);
  });

  it('answers as often as asked, without a question too, and repeats no book', async () => {
    expect((await textOf({ params: { choices: 2 } })).split('|')).toHaveLength(2);
    expect(await textOf({ parts: [] })).not.toContain('“');
    const long: Call['parts'] = [{ type: 'text', turn: 0, role: 'user', text: 'x'.repeat(1_000_000) }];
    expect((await textOf({ parts: long })).length).toBeLessThan(3_000);
  });

  it('does not pretend to embed, nor to know other templates', async () => {
    expect(createTemplatesAdapter().carries.embedding).toBeUndefined();
    expect(failureOf(await invoke({ kind: 'embedding' })).kind).toBe('unsupported');
    expect(failureOf(await invoke({}, 'constructor')).kind).toBe('unsupported');
  });
});
