/** Finds what is what in code, for colours. Loaded with the first block of code. */
import highlighter from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import kotlin from 'highlight.js/lib/languages/kotlin';
import markdown from 'highlight.js/lib/languages/markdown';
import php from 'highlight.js/lib/languages/php';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import swift from 'highlight.js/lib/languages/swift';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';

/** A text, or a part of some kind that holds others. */
export type Piece = string | { kind: string; inner: Piece[] };

const LANGUAGES = {
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  dockerfile,
  go,
  ini,
  java,
  javascript,
  json,
  kotlin,
  markdown,
  php,
  python,
  ruby,
  rust,
  sql,
  swift,
  typescript,
  xml,
  yaml,
};
for (const [name, language] of Object.entries(LANGUAGES)) highlighter.registerLanguage(name, language);

const TOKEN = /<span class="([^"]*)">|<\/span>|&(amp|lt|gt|quot|#x27);|[^<&]+/g;
const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'" };

/** `null` for a language that is not known here. */
export function colourCode(text: string, language: string): Piece[] | null {
  if (highlighter.getLanguage(language) === undefined) return null;
  return readPieces(highlighter.highlight(text, { language, ignoreIllegals: true }).value);
}

/** Reads the highlighter's HTML as data, so that none of it is ever put into the page as HTML. */
function readPieces(html: string): Piece[] {
  const root: Piece[] = [];
  const stack: Piece[][] = [root];
  for (const [token, classes, character] of html.matchAll(TOKEN)) {
    const inside = stack.at(-1) ?? root;
    if (classes !== undefined) {
      const inner: Piece[] = [];
      inside.push({ kind: classes.split(' ')[0]?.replace('hljs-', '') ?? '', inner });
      stack.push(inner);
    } else if (token === '</span>') {
      stack.pop();
    } else {
      inside.push(character === undefined ? token : (CHARACTERS[character] ?? ''));
    }
  }
  return root;
}
