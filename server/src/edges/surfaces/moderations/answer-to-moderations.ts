import type { Answer, Call } from '@reeve/contracts';
import { toErrorFrame, toPassedError } from '../openai-errors.ts';
import type { SurfaceVoice } from '../serve-call.ts';
import { WIRE } from './moderations-wire.ts';

/** How one call is answered: with the provider's own bytes where it speaks this wire, else rendered from its verdicts. */
export function createModerationsVoice(call: Call): SurfaceVoice {
  return {
    surface: 'moderations',
    wire: WIRE,
    renderAnswer: (answer, _usage, head) =>
      answer.raw?.wire === WIRE ? answer.raw.bytes : renderAnswer(answer, `modr-${head.receiptId}`, call.model),
    // A verdict is never streamed.
    renderFrame: () => '',
    renderEnd: () => '',
    closingFrame: () => '',
    renderError: toPassedError,
    renderErrorFrame: toErrorFrame,
  };
}

function renderAnswer({ parts }: Answer, id: string, model: string): string {
  const verdicts = parts.flatMap((part) => (part.type === 'moderation' ? [part] : []));
  const results = verdicts
    .toSorted((a, b) => a.index - b.index)
    .map(({ flagged, categories }) => {
      const named = Object.entries(categories);
      return {
        flagged,
        categories: Object.fromEntries(named.map(([name, category]) => [name, category.flagged])),
        category_scores: Object.fromEntries(named.map(([name, category]) => [name, category.score])),
      };
    });
  return JSON.stringify({ id, model, results });
}
