/** The repository as text, so that a rule can be asked about a tree that was changed in memory. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Path relative to the repository → text. */
export type Tree = ReadonlyMap<string, string>;

export interface Rule {
  name: string;
  /** One line per fault, none when the tree is well. */
  check(tree: Tree): string[];
}

const READ = /\.(tsx?|mjs|json|md|sql|sh|ya?ml|py)$|^(LICENSE|\.ci\/run|\.npmrc|\.gitignore)$/;
const PASSED_OVER = /(^|\/)(node_modules|\.git|\.reeve|\.prepared|\.work|coverage)$|^bench\/results$|^console\/dist$/;

export function readTree(root: string): Tree {
  const tree = new Map<string, string>();
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !PASSED_OVER.test(path)) visit(path);
      if (entry.isFile() && READ.test(path)) tree.set(path, readFileSync(join(root, path), 'utf8'));
    }
  };
  visit('');
  return tree;
}

export const isTestCode = (path: string): boolean =>
  /\.test\.ts$|\.fixtures\.ts$|[./-]testing\.ts$|[/-]conformance\.ts$|-contract\.ts$|^server\/test\/|^bench\//.test(
    path,
  );

/** Files of the program itself: no tests, no scripts. */
export const isSource = (path: string): boolean => /^(contracts|server)\/src\/.*\.ts$/.test(path) && !isTestCode(path);

/** The text without its comments. A `//` inside a URL is no comment. */
export function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(?<!:)\/\/.*$/gm, '');
}

export function hasFolder(tree: Tree, folder: string): boolean {
  return [...tree.keys()].some((path) => path.startsWith(`${folder}/`));
}

/** Names of the folders directly under `folder`. */
export function foldersIn(tree: Tree, folder: string): string[] {
  const names = [...tree.keys()].flatMap((path) => {
    const [name, ...rest] = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1).split('/') : [];
    return name !== undefined && rest.length > 0 ? [name] : [];
  });
  return [...new Set(names)];
}
