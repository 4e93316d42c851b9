/**
 * `npm run new adapter|surface NAME`: makes the files that the house wants of a new adapter or surface, from the
 * templates beside this script, and says what is left to do by hand. A third argument is another root.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const TEMPLATES = join(import.meta.dirname, 'templates');

const KINDS: Readonly<Record<string, { folder: string; next: readonly string[] }>> = {
  adapter: {
    folder: 'server/src/path/adapters',
    next: [
      'Add its entry to server/src/path/adapters/adapters-list.ts.',
      'Replace the fixtures by the provider’s documented answers; the conformance suite runs over them.',
      'Declare in index.ts what it carries: no more than call-to-….ts really writes.',
      'REEVE_WRITE_GUIDES=1 npx vitest run server/test/conformance/compatibility.test.ts writes it into the guide.',
      'Name it, its key variable and its fields in docs/reference.md.',
    ],
  },
  surface: {
    folder: 'server/src/edges/surfaces',
    next: [
      'Add its routes to server/src/edges/surfaces/plugin.ts.',
      'Add the endpoint to docs/reference.md.',
      'Add its fields to server/test/conformance/compatibility-fields.ts.',
    ],
  },
};

function main([kind = '', name = '', root = ROOT]: string[]): void {
  const plan = KINDS[kind];
  if (plan === undefined) return refuse(`there is no kind "${kind}"; there are ${Object.keys(KINDS).join(', ')}`);
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) return refuse(`"${name}" is no name in kebab-case`);
  const folder = join(root, plan.folder, name);
  if (existsSync(folder)) return refuse(`${plan.folder}/${name} stands already`);
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(join(TEMPLATES, kind))) {
    const text = readFileSync(join(TEMPLATES, kind, file), 'utf8');
    const made = file.replace('NAME', name).replace(/\.template$/, '');
    writeFileSync(join(folder, made), fill(text, name));
    process.stdout.write(`${plan.folder}/${name}/${made}\n`);
  }
  process.stdout.write(`\nNow:\n${plan.next.map((step, index) => `${index + 1}. ${step}`).join('\n')}\n`);
}

function fill(text: string, name: string): string {
  const pascal = name.replaceAll(/(?:^|-)([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase());
  return text.replaceAll('__name__', name).replaceAll('__Name__', pascal);
}

function refuse(why: string): void {
  process.stderr.write(`Usage: npm run new adapter|surface <name>: ${why}\n`);
  process.exitCode = 2;
}

main(process.argv.slice(2));
