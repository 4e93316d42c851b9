/** Reads a Dockerfile and takes its steps in a plain folder that stands for the image's root. No container engine runs. */
import { execFile } from 'node:child_process';
import { chown, cp, mkdir, readFile, stat } from 'node:fs/promises';
import { basename, join, matchesGlob } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Instruction {
  /** Upper case: `COPY`. */
  word: string;
  /** Variables of `ARG` put in, continued lines joined. */
  rest: string;
}

export interface Stage {
  base: string;
  name: string;
  instructions: readonly Instruction[];
}

/** The stages in order. Throws on what this reader does not know: a step that is passed over proves nothing. */
export function readDockerfile(text: string): Stage[] {
  const stages: { base: string; name: string; instructions: Instruction[] }[] = [];
  const variables = new Map<string, string>();
  const joined = text.replaceAll(/^\s*#.*\n/gm, '').replaceAll(/\\\n\s*/g, '');
  for (const line of joined.split('\n').filter((each) => each.trim() !== '')) {
    const [, word = '', raw = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    if (!KNOWN.has(word)) throw new Error(`unknown instruction: ${line}`);
    const rest = raw.replaceAll(/\$\{(\w+)\}/g, (_whole, name: string) => variables.get(name) ?? '');
    if (word === 'ARG') variables.set(rest.split('=')[0] ?? '', rest.split('=')[1] ?? '');
    else if (word === 'FROM') {
      const [base = '', , name = ''] = rest.split(/\s+/);
      stages.push({ base, name, instructions: [] });
    } else stages.at(-1)?.instructions.push({ word, rest });
  }
  return stages;
}

const KNOWN = new Set(
  ['ARG', 'FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'VOLUME', 'EXPOSE'].concat(
    'STOPSIGNAL',
    'HEALTHCHECK',
    'ENTRYPOINT',
    'CMD',
  ),
);

/** What the last stage says of the container. */
export interface ImageConfig {
  env: Record<string, string>;
  user: { uid: number; gid: number };
  workdir: string;
  volumes: string[];
  /** Entrypoint and command. */
  command: string[];
  healthcheck: string[];
}

export function readConfig({ instructions }: Stage): ImageConfig {
  const last = (word: string): string => instructions.findLast((each) => each.word === word)?.rest ?? '';
  const [uid = Number.NaN, gid = Number.NaN] = last('USER').split(':').map(Number);
  return {
    env: Object.fromEntries(
      last('ENV')
        .split(/\s+/)
        .map((pair) => pair.split('=', 2) as [string, string]),
    ),
    user: { uid, gid },
    workdir: last('WORKDIR'),
    volumes: instructions.filter(({ word }) => word === 'VOLUME').map(({ rest }) => rest),
    command: ['ENTRYPOINT', 'CMD'].flatMap((word) => JSON.parse(last(word)) as string[]),
    healthcheck: JSON.parse(/CMD (\[.*\])$/.exec(last('HEALTHCHECK'))?.[1] ?? '[]') as string[],
  };
}

export interface BuildPlace {
  /** The build context, as `docker build` gets it. */
  context: string;
  /** Whether the build may see this path of the context. */
  isSeen(path: string): boolean;
  /** A folder for each stage's root, below this one. */
  target: string;
}

/** Takes the steps of every stage. Resolves with the folder that stands for the last stage's root. */
export async function build(stages: readonly Stage[], place: BuildPlace): Promise<string> {
  let root = '';
  for (const [index, stage] of stages.entries()) {
    root = join(place.target, stage.name === '' ? `stage-${index}` : stage.name);
    let workdir = '/';
    for (const { word, rest } of stage.instructions) {
      if (word === 'WORKDIR') {
        workdir = rest;
        await mkdir(join(root, workdir), { recursive: true });
      } else if (word === 'COPY') await copy(rest, { ...place, root, workdir });
      else if (word === 'RUN') {
        await run('sh', ['-c', rest], { cwd: join(root, workdir), maxBuffer: 1 << 24 });
      }
    }
  }
  return root;
}

async function copy(rest: string, place: BuildPlace & { root: string; workdir: string }): Promise<void> {
  const words = rest.split(/\s+/);
  const flag = (name: string): string | undefined =>
    words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
  const paths = words.filter((word) => !word.startsWith('--'));
  const destination = paths.pop() ?? '';
  const target = join(place.root, destination.startsWith('/') ? '' : place.workdir, destination);
  const from = flag('from');
  const source = from === undefined ? place.context : join(place.target, from);
  const owner = flag('chown')?.split(':').map(Number);
  for (const path of paths) {
    const isFolder = (await stat(join(source, path))).isDirectory();
    const into = isFolder || !destination.endsWith('/') ? target : join(target, basename(path));
    const filter = (file: string): boolean => from !== undefined || place.isSeen(file.slice(source.length + 1));
    await cp(join(source, path), into, { recursive: true, verbatimSymlinks: true, filter });
    if (owner !== undefined && process.getuid?.() === 0) await chown(into, owner[0] ?? 0, owner[1] ?? 0);
  }
}

/** A reader of the file's patterns: the last one that fits decides, and a folder's answer holds for what is inside. */
export async function readIgnoreFile(path: string): Promise<(file: string) => boolean> {
  const patterns = (await readFile(path, 'utf8'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ shown: line.startsWith('!'), pattern: line.replace(/^!/, '') }));
  return (file) => {
    const parents = file.split('/').map((_part, index, parts) => parts.slice(0, index + 1).join('/'));
    const fits = (pattern: string): boolean => parents.some((parent) => matchesGlob(parent, pattern));
    const decided = patterns.findLast(({ pattern }) => fits(pattern));
    return decided === undefined || decided.shown || isOnTheWay(file, patterns);
  };
}

/** A folder that is hidden itself but holds something shown, e.g. `deploy` above `deploy/docker/healthcheck.mjs`. */
function isOnTheWay(file: string, patterns: readonly { shown: boolean; pattern: string }[]): boolean {
  return patterns.some(({ shown, pattern }) => shown && pattern.startsWith(`${file}/`));
}
