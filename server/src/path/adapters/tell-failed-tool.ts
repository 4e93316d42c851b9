/**
 * The text of a tool's result on a wire that has no field for a tool that failed: then it is an object with the one field
 * `error`, as JSON.
 */
export function tellToolError(text: string, isError: boolean | undefined): string {
  return isError === true ? JSON.stringify({ error: text }) : text;
}
