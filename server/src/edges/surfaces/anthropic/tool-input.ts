/** A tool's arguments are any text for the call, and a JSON object on this wire. */

/** What a model wrote that is no JSON object stands whole under this name. */
const UNREADABLE = '_arguments';

/** Arguments as `input`: the object that they are, `{}` for none, else `{"_arguments": "<the text>"}`. */
export function inputOf(text: string): Readonly<Record<string, unknown>> {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === 'null') return {};
  return parseObject(trimmed) ?? { [UNREADABLE]: text };
}

/** `input` as arguments; a text that `inputOf` had to wrap comes out as it was. */
export function argumentsOf(input: unknown): string {
  const fields = typeof input === 'object' && input !== null ? Object.entries(input) : [];
  const [[name, value] = []] = fields;
  const isWrapped = fields.length === 1 && name === UNREADABLE && typeof value === 'string';
  return isWrapped && parseObject(value) === null ? value : JSON.stringify(input ?? {});
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null; // Expected: models write what they like.
  }
}

/** Follows a JSON object piece by piece, to know where it ends. */
export interface ObjectWatch {
  /** What of the text belongs to the object: all of it, up to the closing brace. */
  take(text: string): string;
  readonly whole: boolean;
}

export function watchObject(): ObjectWatch {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let whole = false;
  return {
    take(text) {
      if (whole) return '';
      for (let index = 0; index < text.length; index += 1) {
        const character = text[index];
        if (escaped) escaped = false;
        else if (inString && character === '\\') escaped = true;
        else if (character === '"') inString = !inString;
        else if (!inString && (character === '{' || character === '[')) depth += 1;
        else if (!inString && (character === '}' || character === ']')) depth -= 1;
        whole = depth === 0;
        if (whole) return text.slice(0, index + 1);
      }
      return text;
    },
    get whole() {
      return whole;
    },
  };
}
