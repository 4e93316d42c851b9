import type { Call } from '@reeve/contracts';

const QUESTION_LENGTH_MAX = 2_000;

/** What a Reeve without any model says: where the caller is, what to do next, and that the question arrived. */
export function sayHello(call: Call): readonly string[] {
  const question = findQuestion(call);
  return [
    'Hello from Reeve: your request came through, but no model is connected yet.',
    'To connect OpenAI, set OPENAI_API_KEY and start Reeve again.',
    'For any other OpenAI-compatible endpoint, name it under `providers` in reeve.yaml and give it an alias under `models`.',
    ...(question === '' ? [] : [`You asked: “${question}”`]),
  ];
}

/** The text of the last thing that the user said. */
function findQuestion({ parts }: Call): string {
  const turn = parts.findLast((part) => part.role === 'user')?.turn;
  const text = parts
    .flatMap((part) => (part.type === 'text' && part.role === 'user' && part.turn === turn ? [part.text] : []))
    .join(' ')
    .trim();
  return text.length <= QUESTION_LENGTH_MAX ? text : `${text.slice(0, QUESTION_LENGTH_MAX - 1)}…`;
}
