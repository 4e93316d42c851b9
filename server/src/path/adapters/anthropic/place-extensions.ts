/** Fields of a caller of this wire that the call does not model, back where they stood when its bytes cannot be used. */
import { readList, readRecord, type JsonRecord } from '../read-json.ts';

const TOOLS = 'tools.';

/** The names are dotted: `thinking.x` is a field in `thinking`, `tools.web_search_20250305` one of the provider's own tools. */
export function placeExtensions(body: JsonRecord, extensions: JsonRecord): JsonRecord {
  const placed: Record<string, unknown> = { ...body };
  for (const [name, value] of Object.entries(extensions)) {
    const [field = '', inner] = name.split('.', 2);
    if (isProviderTool(name, value)) placed.tools = [...readList(placed.tools), value];
    else if (inner === undefined) placed[field] ??= value;
    else placed[field] = { [inner]: value, ...readRecord(placed[field]) };
  }
  return placed;
}

/** A field of one of the caller's own tools, or inside its messages (`messages[].x`), does not say of which. */
export function isPlaceable(name: string, value: unknown): boolean {
  if (name.includes('[]') || name.split('.').length > 2) return false;
  return !name.startsWith(TOOLS) || isProviderTool(name, value);
}

function isProviderTool(name: string, value: unknown): boolean {
  return name.startsWith(TOOLS) && readRecord(value)?.type === name.slice(TOOLS.length);
}
