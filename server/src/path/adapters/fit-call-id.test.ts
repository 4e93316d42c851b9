import { expect, it } from 'vitest';
import { fitCallId } from './fit-call-id.ts';

it('leaves ids that fit, and gives every other one that follows from it alone', () => {
  const fit = (id: string) => fitCallId(id, /^[\w-]{1,30}$/, 24);
  expect(fit('toolu_01A-9')).toBe('toolu_01A-9');
  const made = fit('functions.look:0');
  expect(made).toMatch(/^[a-z0-9]{24}$/);
  expect(fit('functions.look:0')).toBe(made);
  expect(fit('functions.look:1')).not.toBe(made);
});
