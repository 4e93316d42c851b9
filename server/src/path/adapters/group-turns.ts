import type { Part } from '@reeve/contracts';

/** Parts of one turn and role stand together: the messages of a chat, the inputs of an embedding. */
export function groupTurns(parts: readonly Part[]): Part[][] {
  const turns: Part[][] = [];
  for (const part of parts) {
    const current = turns.at(-1);
    const [first] = current ?? [];
    if (current !== undefined && first?.turn === part.turn && first.role === part.role) current.push(part);
    else turns.push([part]);
  }
  return turns;
}

/** One text for each turn: what embeds, ranks and moderates takes no parts. */
export function joinTurns(parts: readonly Part[]): string[] {
  return groupTurns(parts).map((turn) => turn.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n'));
}
