import type { Part } from '@reeve/contracts';

/** Instructions without a question, which some wires take: for one that keeps the two apart, they are the question. */
export function askInstructions(parts: readonly Part[]): readonly Part[] {
  if (parts.some((part) => part.role !== 'system' || part.type !== 'text')) return parts;
  return parts.map((part) => ({ ...part, role: 'user' }));
}
