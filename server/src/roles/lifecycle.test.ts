import { describe, expect, it } from 'vitest';
import { createLifecycle } from './lifecycle.ts';

describe('the lifecycle of a process', () => {
  it('starts, is ready, drains and stops', () => {
    const lifecycle = createLifecycle();
    const seen = [lifecycle.phase];
    for (const phase of ['ready', 'draining', 'stopped'] as const) {
      lifecycle.enter(phase);
      seen.push(lifecycle.phase);
    }
    expect(seen).toEqual(['starting', 'ready', 'draining', 'stopped']);
  });

  it('may end at any time, and never goes back', () => {
    const lifecycle = createLifecycle();
    lifecycle.enter('stopped');
    for (const phase of ['starting', 'ready', 'draining', 'stopped'] as const) {
      expect(() => lifecycle.enter(phase)).toThrow('a process that is stopped');
    }
  });
});
