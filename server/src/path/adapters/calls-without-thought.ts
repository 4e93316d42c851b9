import type { Part } from '@reeve/contracts';
import { groupTurns } from './group-turns.ts';

/**
 * Whether the model's last turn called tools and no thought that this wire signed stands before them: it came through a
 * wire that has no place for signatures, or from another provider. Claude with a budget for thinking refuses such a turn;
 * it can only go on without. Source: the public guide to extended thinking.
 */
export function callsWithoutThought(parts: readonly Part[], wire: string): boolean {
  const turn = groupTurns(parts).findLast(([first]) => first?.role === 'assistant') ?? [];
  const carried = turn.filter((part) => part.type !== 'reasoning' || part.signature?.wire === wire);
  return carried.some((part) => part.type === 'tool-call') && carried[0]?.type !== 'reasoning';
}
