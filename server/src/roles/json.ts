/** JSON text of a reply; `bigint`s become JSON integers with every digit. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? rawInteger(part) : part));
}

interface RawJson {
  rawJSON(text: string): unknown;
}

function rawInteger(value: bigint): unknown {
  return (JSON as unknown as RawJson).rawJSON(value.toString());
}
