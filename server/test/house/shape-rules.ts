/** What a folder must hold and how its files are named. */
import { dirname, normalize } from 'node:path';
import type { Plan } from '../../scripts/architecture-plan.ts';
import { foldersIn, hasFolder, isSource, type Rule, type Tree } from './tree.ts';

const ADAPTERS = 'server/src/path/adapters';
const SURFACES = 'server/src/edges/surfaces';

const ROOT_DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'LICENSE',
  'docs/errors.md',
  'docs/reference.md',
];

/** Names that say nothing, and what to write instead. */
const VAGUE_NAMES: [pattern: RegExp, instead: string][] = [
  [/^(utils?|helpers?|common|misc|shared|types|constants|lib)(\.ts)?$/, 'the name of the concept'],
  [/-(utils?|helpers?|common|misc)\.ts$/, 'the name of the concept'],
  [/-(service|manager|controller|impl|base)\.ts$/, 'the verb and noun of the use case'],
  [/-(repository|repo|dao|stores)\.ts$/, '-store'],
  [/-(route|router)\.ts$/, '-routes'],
  [/-handler\.ts$/, '-handlers'],
  [/-(job|cron)\.ts$/, '-jobs'],
  [/(?<!^app)-(error|exceptions?)\.ts$/, '-errors'],
  [/-(configuration|options|settings\.config)\.ts$/, '-config'],
  [/-(fixture|mocks?)\.ts$/, '.fixtures'],
  [
    /\.(?!test\.ts$|pg\.test\.ts$|fixtures\.ts$|testing\.ts$|ts$)[a-z-]+\.ts$/,
    'one of .test .pg.test .fixtures .testing',
  ],
];

export function shapeRules(plan: Plan): Rule[] {
  return [
    { name: 'root documents', check: (tree) => absent(tree, ROOT_DOCUMENTS) },
    { name: 'README of each room', check: (tree) => checkReadmes(plan, tree) },
    { name: 'door of each room', check: (tree) => checkDoors(plan, tree) },
    { name: 'port of each platform folder', check: (tree) => checkPorts(plan, tree) },
    { name: 'file names', check: checkNames },
    { name: 'adapter file set', check: checkAdapters },
    { name: 'surface file set', check: checkSurfaces },
    { name: 'decision numbers', check: checkDecisions },
    { name: 'links in documents', check: checkLinks },
    { name: 'files named in documents', check: checkNamedFiles },
  ];
}

function absent(tree: Tree, paths: readonly string[]): string[] {
  return paths.filter((path) => !tree.has(path)).map((path) => `${path} is missing`);
}

function checkReadmes(plan: Plan, tree: Tree): string[] {
  const rooms = plan.rooms.filter((room) => hasFolder(tree, room.path)).map((room) => room.path);
  const folders = plan.platformFolders.filter((folder) => hasFolder(tree, folder.path)).map((folder) => folder.path);
  const others = [plan.kernelPath, plan.rolesPath, 'contracts', 'server/test', 'bench', 'docs/adr'];
  const faults = absent(
    tree,
    [...rooms, ...folders, ...others].map((folder) => `${folder}/README.md`),
  );
  const says = (folder: string, word: string): boolean =>
    new RegExp(`\\b${word}`, 'i').test(tree.get(`${folder}/README.md`) ?? word);
  const silent = [
    ...rooms.flatMap((room) => ['Owns', 'Promises', 'Invariants'].map((word): [string, string] => [room, word])),
    ...folders.map((folder): [string, string] => [folder, 'Owns']),
  ].filter(([folder, word]) => !says(folder, word));
  return [...faults, ...silent.map(([folder, word]) => `${folder}/README.md does not say: ${word}`)];
}

function checkDoors(plan: Plan, tree: Tree): string[] {
  const rooms = plan.rooms.filter((room) => hasFolder(tree, room.path));
  const doors = new Set([
    'contracts/src/index.ts',
    `${plan.kernelPath}/index.ts`,
    ...rooms.map((room) => `${room.path}/index.ts`),
    ...foldersIn(tree, ADAPTERS).map((name) => `${ADAPTERS}/${name}/index.ts`),
  ]);
  const indexes = [...tree.keys()].filter((path) => isSource(path) && path.endsWith('/index.ts'));
  return [
    ...absent(tree, [...doors]),
    ...indexes.filter((path) => !doors.has(path)).map((path) => `${path}: only a room or an adapter has a door`),
    ...indexes
      .filter((path) => /^\s*export\s+\*/m.test(tree.get(path) ?? ''))
      .map((path) => `${path}: a door names what it shows, no star exports`),
  ];
}

function checkPorts(plan: Plan, tree: Tree): string[] {
  const folders = plan.platformFolders.filter((folder) => folder.hasPort && hasFolder(tree, folder.path));
  return absent(
    tree,
    folders.map((folder) => `${folder.path}/port.ts`),
  );
}

function checkNames(tree: Tree): string[] {
  return [...tree.keys()]
    .filter((path) => /^(contracts|server|bench)\/.*\.ts$/.test(path))
    .flatMap((path) =>
      path.split('/').flatMap((part) =>
        VAGUE_NAMES.filter(([pattern]) => pattern.test(part))
          .slice(0, 1)
          .map(([, instead]) => `${path}: "${part}" says little; write ${instead}`),
      ),
    );
}

/** Adapters without a wire (virtual models) need only the files they need. */
function checkAdapters(tree: Tree): string[] {
  return foldersIn(tree, ADAPTERS)
    .filter((name) =>
      [...tree.keys()].some((path) => path.startsWith(`${ADAPTERS}/${name}/`) && path.endsWith('-wire.ts')),
    )
    .flatMap((name) =>
      absent(
        tree,
        [`index`, `${name}-client`, `${name}-wire`, `call-to-${name}`, `${name}-to-answer`, `${name}.fixtures`].map(
          (file) => `${ADAPTERS}/${name}/${file}.ts`,
        ),
      ),
    );
}

function checkSurfaces(tree: Tree): string[] {
  return foldersIn(tree, SURFACES).flatMap((name) =>
    absent(
      tree,
      [`${name}-routes`, `${name}-wire`, `${name}-to-call`, `answer-to-${name}`].map(
        (file) => `${SURFACES}/${name}/${file}.ts`,
      ),
    ),
  );
}

function checkDecisions(tree: Tree): string[] {
  const decisions = [...tree.keys()].filter((path) => /^docs\/adr\/(?!README)/.test(path)).toSorted();
  const wrong = decisions.flatMap((path, index) => {
    const expected = String(index + 1).padStart(4, '0');
    return path.startsWith(`docs/adr/${expected}-`) ? [] : [`${path}: the next number is ${expected}`];
  });
  const list = tree.get('docs/adr/README.md') ?? '';
  const unlisted = decisions.filter((path) => !list.includes(path.slice('docs/adr/'.length)));
  return [...wrong, ...unlisted.map((path) => `docs/adr/README.md does not list ${path}`)];
}

function checkLinks(tree: Tree): string[] {
  return [...tree]
    .filter(([path]) => path.endsWith('.md'))
    .flatMap(([path, text]) =>
      [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)]
        .map(([, target]) => normalize(`${dirname(path)}/${target ?? ''}`).replace(/\/$/, ''))
        .filter((target) => !tree.has(target) && !hasFolder(tree, target) && !/\.(json|png|svg)$/.test(target))
        .map((target) => `${path}: nothing at ${target}`),
    );
}

/** `make-call.ts` and `path/calls/make-call.ts` both name a file; names with a placeholder do not. */
function checkNamedFiles(tree: Tree): string[] {
  const paths = [...tree.keys()];
  return [...tree]
    .filter(([path]) => path.endsWith('.md'))
    .flatMap(([path, text]) =>
      [...text.matchAll(/`(\w[\w./-]*\.(?:ts|mjs|sql|json))`/g)]
        .map(([, name]) => name ?? '')
        .filter((name) => !GENERIC_FILES.test(name) && !paths.some((known) => `/${known}`.endsWith(`/${name}`)))
        .map((name) => `${path}: no file is called ${name}`),
    );
}

/** Names that documents use for a kind of file. */
const GENERIC_FILES = /(^|\/)(x|NNNN_name)\./;
