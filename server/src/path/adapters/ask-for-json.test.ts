import type { Part } from '@reeve/contracts';
import { expect, it } from 'vitest';
import { foreignCall, modelId } from './anthropic/anthropic.fixtures.ts';
import { callToAnthropic } from './anthropic/call-to-anthropic.ts';
import { askForJson } from './ask-for-json.ts';
import { callToBedrock } from './bedrock/call-to-bedrock.ts';

const parts: Part[] = [
  { type: 'text', turn: 0, role: 'system', text: 'Be brief.' },
  { type: 'text', turn: 1, role: 'user', text: 'What is a tally? Answer in JSON.' },
];
const json = foreignCall(parts, { responseFormat: { type: 'json' } });

it('asks for a JSON object behind the other instructions, and for nothing where none is wanted', () => {
  const asked = expect.objectContaining({ role: 'system', text: expect.stringContaining('one JSON object') });
  expect(askForJson(parts, json.params)).toEqual([...parts, asked]);
  expect(askForJson(parts, {})).toBe(parts);
});

it('reaches Claude in the system, at Anthropic and at Bedrock', () => {
  const sent = [callToAnthropic(json, modelId), callToBedrock(json, `${modelId}-v1:0`)].map((made) => {
    if (made instanceof Uint8Array) return made;
    if ('type' in made) throw new Error(made.failure.message);
    return made.body;
  });
  for (const bytes of sent) {
    const { system } = JSON.parse(Buffer.from(bytes).toString());
    expect(system).toMatchObject([{ text: 'Be brief.' }, { text: expect.stringContaining('one JSON object') }]);
  }
});
