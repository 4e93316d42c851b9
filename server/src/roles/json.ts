declare global {
  interface JSON {
    /** ECMAScript proposal json-parse-with-source, in Node since 21. */
    rawJSON(text: string): unknown;
  }
}

/** JSON text of a reply; `bigint`s become JSON integers with every digit. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? JSON.rawJSON(part.toString()) : part,
  );
}
