/** Reads `architecture.json`: the whole plan of the house, of which some rooms stand already. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Room {
  name: string;
  /** Relative to the repository: `server/src/records/audit`. */
  path: string;
  /** Rooms whose door this one may use. */
  imports: readonly string[];
  tables: readonly string[];
}

export interface PlatformFolder {
  name: string;
  path: string;
  /** False where the kernel itself says what the folder implements. */
  hasPort: boolean;
  tables: readonly string[];
}

export interface Plan {
  /** `server/src`. */
  base: string;
  /** In the order of the floors, earlier rooms first. */
  rooms: readonly Room[];
  platformFolders: readonly PlatformFolder[];
  kernelPath: string;
  platformPath: string;
  rolesPath: string;
  /** Files that nobody imports because a process or a thread starts with them. */
  entries: readonly string[];
  /** Package → where it may be imported: folders under `base`, or `*-store.ts` for the stores. */
  packages: ReadonlyMap<string, readonly string[]>;
  /** Folders that may open sockets themselves. */
  sockets: readonly string[];
}

interface PlanFile {
  base: string;
  kernel: { folder: string };
  platform: { folder: string; folders: Record<string, { tables: string[]; port?: string }> };
  floors: { name: string; rooms: Record<string, { imports: string[]; tables: string[] }> }[];
  roles: { folder: string };
  entries: string[];
  packages: Record<string, string[]>;
  sockets: string[];
}

/** The plan that stands in `<root>/architecture.json`. */
export function readPlan(root: string): Plan {
  const file = JSON.parse(readFileSync(join(root, 'architecture.json'), 'utf8')) as PlanFile;
  const { base } = file;
  const platformPath = `${base}/${file.platform.folder}`;
  return {
    base,
    rooms: file.floors.flatMap((floor) =>
      Object.entries(floor.rooms).map(([name, room]) => ({ name, path: `${base}/${floor.name}/${name}`, ...room })),
    ),
    platformFolders: Object.entries(file.platform.folders).map(([name, folder]) => ({
      name,
      path: `${platformPath}/${name}`,
      hasPort: folder.port === undefined,
      tables: folder.tables,
    })),
    kernelPath: `${base}/${file.kernel.folder}`,
    platformPath,
    rolesPath: `${base}/${file.roles.folder}`,
    entries: file.entries.map((entry) => `${base}/${entry}`),
    packages: new Map(Object.entries(file.packages)),
    sockets: file.sockets.map((folder) => `${base}/${folder}`),
  };
}

/** What is wrong with the plan itself: an edge that points forward or to nowhere, a table with two owners. */
export function findPlanFaults(plan: Plan): string[] {
  const faults: string[] = [];
  const earlier = new Set<string>();
  const names = new Set(plan.rooms.map((room) => room.name));
  for (const room of plan.rooms) {
    for (const target of room.imports) {
      if (!names.has(target)) faults.push(`${room.name} → ${target}: there is no such room`);
      else if (!earlier.has(target)) faults.push(`${room.name} → ${target}: an edge points to an earlier room`);
    }
    earlier.add(room.name);
  }
  const owners = new Map<string, string>();
  for (const { name, tables } of [...plan.platformFolders, ...plan.rooms]) {
    for (const table of tables) {
      const other = owners.get(table);
      if (other !== undefined) faults.push(`table ${table} belongs to ${other} and to ${name}`);
      owners.set(table, name);
    }
  }
  return faults;
}

/** Where the folders and `#` names of the repository differ from the plan. */
export function findTreeFaults(plan: Plan, root: string): string[] {
  const planned = new Set([...plan.rooms, ...plan.platformFolders].map((place) => place.path));
  const floors = new Set([
    plan.platformPath,
    ...plan.rooms.map((room) => room.path.slice(0, room.path.lastIndexOf('/'))),
  ]);
  const known = new Set([plan.kernelPath, plan.rolesPath, ...floors]);
  const strays = [
    ...foldersIn(root, plan.base).filter((path) => !known.has(path)),
    ...[...floors].flatMap((floor) => foldersIn(root, floor)).filter((path) => !planned.has(path)),
  ].map((path) => `${path}: the plan has no such folder`);
  return [...strays, ...findAliasFaults(plan, root)];
}

function findAliasFaults(plan: Plan, root: string): string[] {
  const manifest = JSON.parse(readFileSync(join(root, 'server/package.json'), 'utf8')) as {
    imports: Record<string, string>;
  };
  const aliases = new Map(Object.entries(manifest.imports));
  const expected = new Map([
    ['#kernel', './src/kernel/index.ts'],
    ['#platform/*', './src/platform/*'],
    ...plan.rooms.map((room): [string, string] => [`#${room.name}`, `./${room.path.slice('server/'.length)}/index.ts`]),
  ]);
  const wrong = [...aliases]
    .filter(([alias, target]) => expected.get(alias) !== target)
    .map(([alias, target]) => `server/package.json: ${alias} → ${target} is not in the plan`);
  const absent = plan.rooms
    .filter((room) => existsSync(join(root, room.path)) && !aliases.has(`#${room.name}`))
    .map((room) => `server/package.json: the room ${room.name} stands, and #${room.name} is not in "imports"`);
  return [...wrong, ...absent];
}

function foldersIn(root: string, path: string): string[] {
  if (!existsSync(join(root, path))) return [];
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${path}/${entry.name}`);
}
