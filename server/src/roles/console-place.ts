/** Where the built console lies, for whoever serves it and whoever shows the way to it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const consoleFolder = join(import.meta.dirname, '../../../console/dist');

/** Whether there is a console to serve. */
export function isConsoleBuilt(): boolean {
  return existsSync(join(consoleFolder, 'index.html'));
}
