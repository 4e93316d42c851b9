/** Which passwords are refused: short ones, and those that a guesser tries first. */
import { badPassword } from './identity-errors.ts';

const PASSWORD_CHARACTERS_MIN = 12;
export const PASSWORD_CHARACTERS_MAX = 1_000;
const DIFFERENT_CHARACTERS_MIN = 5;
/** How many letters must be left of a password when what everybody tries is taken out of it. */
const OWN_LETTERS_MIN = 6;

/** Words in leaked passwords, most frequent first, as lists of them have it; `l33t` spellings are turned back before. */
const COMMON_WORDS = [
  'passphrase passwort password passw pass kennwort',
  'qwertyuiop qwertzuiop asdfghjkl zxcvbnm qwerty qwertz azerty asdfgh zxcvb qazwsx',
  'administrator admin superuser root owner user login guest master default system server console reeve',
  'letmein welcome willkommen changeme iloveyou trustno sunshine princess dragon monkey football baseball superman',
  'batman shadow michael jennifer jordan hunter charlie secret geheim hello hallo test demo temp company office',
  'monday friday january february march april june july august september october november december',
  'winter spring summer autumn',
].flatMap((line) => line.split(' '));

const PATTERNS = ['1q2w3e4r5t', 'q1w2e3r4t5', '1qaz2wsx3edc', 'zaq12wsx', '1qaz2wsx', '1q2w3e4r', 'q1w2e3r4'];

const LEET: Readonly<Record<string, string>> = {
  '@': 'a',
  $: 's',
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
};

const LINES = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'йцукенгшщзхъ'];
const RUNS = LINES.flatMap((line) => [line, [...line].toReversed().join('')]);
const RUN_LENGTH = 4;

/**
 * Throws `AppError('invalid_request')` with what is wrong. `own` are words that a guesser knows of this person: login
 * and display name.
 */
export function assertGoodPassword(password: string, own: readonly string[]): void {
  const text = password.normalize('NFKC');
  if ([...text].length < PASSWORD_CHARACTERS_MIN) {
    throw badPassword(`A password needs at least ${PASSWORD_CHARACTERS_MIN} characters; a few words make a good one.`);
  }
  if (new Set(text).size < DIFFERENT_CHARACTERS_MIN || isRepeated(text)) {
    throw badPassword('This password repeats itself. Take one that is harder to guess.');
  }
  const rest = takeOutKnown(text.toLowerCase(), own);
  if (rest !== null && rest.length < OWN_LETTERS_MIN) {
    throw badPassword('This password is among those that are guessed first. Take one of your own.');
  }
}

function isRepeated(text: string): boolean {
  return (text + text).indexOf(text, 1) < text.length;
}

/** The letters left without common words, the person's own and runs on a keyboard; `null` where it holds none of them. */
function takeOutKnown(text: string, own: readonly string[]): string | null {
  const names = own.flatMap((word) => word.toLowerCase().split(/[^\p{L}]+/u)).filter((word) => word.length >= 3);
  const withoutRuns = takeOut(takeOutRuns(text), PATTERNS);
  const plain = withoutRuns.replaceAll(/[@$0134578]/g, (sign) => LEET[sign] ?? sign);
  const rest = takeOut(plain, [...names, ...COMMON_WORDS]);
  if (withoutRuns === text && rest === plain) return null;
  return rest.replaceAll(/[^\p{L}]/gu, '');
}

function takeOut(text: string, words: readonly string[]): string {
  let rest = text;
  for (const word of words) rest = rest.replaceAll(word, ' ');
  return rest;
}

function takeOutRuns(text: string): string {
  let rest = text;
  for (const run of RUNS) {
    for (let length = run.length; length >= RUN_LENGTH; length -= 1) {
      for (let start = 0; start + length <= run.length; start += 1) {
        rest = rest.replaceAll(run.slice(start, start + length), ' ');
      }
    }
  }
  return rest;
}
