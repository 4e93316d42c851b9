/**
 * Cuts an answer into pieces that can be laid out one by one: while it grows only its last piece changes, and a piece is never
 * so large, nor so deep, that laying it out is felt.
 */
export type Block =
  | { kind: 'markdown'; text: string }
  | { kind: 'code'; language: string; text: string; /** Its closing fence is here. */ closed: boolean }
  /** Shown as it is. */
  | { kind: 'plain'; text: string };

/** A piece is closed at the next line that can stand alone; past twice as much at any line. */
const SIZE_MAX = 4_000;
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const TABLE_RULE = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
const LIST_ITEM = /^ {0,3}([-*+]|\d{1,9}[.)])([ \t]|$)/;
/** What no writer means: it would nest deeper than a page can. */
const TOO_DEEP =
  /(?:>[ \t]?|(?:[-*+]|\d{1,9}[.)])[ \t]+){24}\S|[[(!]{48}|^[ \t]{96,}([-*+>]|\d+[.)])|[*_~]{96}[^\s*_~-]/m;

/** Marks that may begin or end an emphasis; to pair many of them takes time with more than their square. */
const EMPHASIS = /[*~]+|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu;
const EMPHASES_MAX = 300;

interface Open {
  lines: string[];
  size: number;
  /** The first two lines of a table: they stand before each further piece of it. */
  head: string[] | null;
}

export function splitBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split('\n');
  let open: Open = { lines: [], size: 0, head: null };
  const close = (): void => {
    const piece = open.lines.join('\n');
    if (piece.trim() !== '') blocks.push(toBlock(piece));
    open = { lines: [], size: 0, head: null };
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const fence = FENCE.exec(line);
    if (fence !== null && isFence(fence)) {
      close();
      at = takeCode(lines, at, fence, blocks);
      continue;
    }
    if (endsHere(open, line)) {
      const head = open.head !== null && line.includes('|') ? open.head : null;
      close();
      if (head !== null) open = { lines: [...head], size: 0, head };
    }
    for (const piece of cutLine(line)) {
      open.lines.push(piece);
      open.size += piece.length + 1;
      if (piece.length >= SIZE_MAX) close();
    }
    if (open.lines.length === 2 && TABLE_RULE.test(line) && line.includes('-')) open.head = [...open.lines];
  }
  close();
  return blocks;
}

/** A fence of backticks may not hold one in its words: that is code within a line. */
function isFence([, mark = '', words = '']: RegExpExecArray): boolean {
  return mark.startsWith('~') || !words.includes('`');
}

/** Takes the code behind a fence and answers with the line at which it ends. */
function takeCode(
  lines: readonly string[],
  start: number,
  [, mark = '', words = '']: RegExpExecArray,
  blocks: Block[],
): number {
  const closing = new RegExp(`^ {0,3}${mark.charAt(0)}{${mark.length},}[ \\t]*$`);
  let end = start + 1;
  while (end < lines.length && !closing.test(lines[end] ?? '')) end += 1;
  const [language = ''] = words.trim().split(/\s/);
  blocks.push({
    kind: 'code',
    language: language.toLowerCase(),
    text: lines.slice(start + 1, end).join('\n'),
    closed: end < lines.length,
  });
  return end;
}

/** Whether what is open is whole before this line. */
function endsHere({ lines, size, head }: Open, line: string): boolean {
  if (lines.length === 0) return false;
  if (size > 2 * SIZE_MAX || (head !== null && size > SIZE_MAX)) return true;
  const behindBlank = (lines.at(-1) ?? '').trim() === '';
  if (!behindBlank || line.trim() === '' || /^[ \t]/.test(line)) return false;
  // The items of one list stay together as long as it is short.
  return !(LIST_ITEM.test(line) && LIST_ITEM.test(lines[0] ?? '') && size <= SIZE_MAX);
}

function cutLine(line: string): string[] {
  if (line.length <= 2 * SIZE_MAX) return [line];
  const pieces: string[] = [];
  for (let at = 0; at < line.length;) {
    let end = Math.min(at + SIZE_MAX, line.length);
    const space = line.lastIndexOf(' ', end);
    if (end < line.length && space > at) end = space;
    // Both halves of a character stay together.
    if (/[\uD800-\uDBFF]/.test(line.charAt(end - 1))) end += 1;
    pieces.push(line.slice(at, end));
    at = end;
  }
  return pieces;
}

function toBlock(text: string): Block {
  const isTooMuch = TOO_DEEP.test(text) || (text.match(EMPHASIS)?.length ?? 0) > EMPHASES_MAX;
  return isTooMuch ? { kind: 'plain', text } : { kind: 'markdown', text };
}
