/** What one process is there for, and how many of its kind there are: `REEVE_ROLES` and `REEVE_WORKERS`. */
import type { Job, ModulePlugin, Role, Route } from '#kernel';

export interface ProcessShape {
  /** In the order of `ALL_ROLES`, each once. */
  roles: readonly Role[];
  /** Processes behind one port. */
  workers: number;
}

export const ALL_ROLES: readonly Role[] = ['gateway', 'control', 'worker'];
const WORKERS_MAX = 64;

const WAY_OUT =
  'Move to PostgreSQL first: `reeve move --to postgres://…`, then set REEVE_DATABASE_URL. ' +
  'docs/guides/from-one-process-to-many.md has the steps.';

/** Reads both variables; `embedded` says that the database is the one that serves a single process. */
export function readProcessShape(
  read: (name: string) => string | undefined,
  embedded: boolean,
  faults: string[],
): ProcessShape {
  const roles = readRoles(read('REEVE_ROLES'), faults);
  const workers = readWorkers(read('REEVE_WORKERS') ?? '1', faults);
  if (embedded && workers > 1) {
    faults.push(`REEVE_WORKERS is ${workers}, and the embedded database serves one process. ${WAY_OUT}`);
  }
  if (embedded && roles.length < ALL_ROLES.length) {
    const named = roles.join(',');
    faults.push(`REEVE_ROLES is "${named}", and the embedded database serves one process, which needs all. ${WAY_OUT}`);
  }
  return { roles, workers };
}

function readRoles(text: string | undefined, faults: string[]): readonly Role[] {
  if (text === undefined) return ALL_ROLES;
  const named = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const unknown = named.filter((name) => !ALL_ROLES.some((role) => role === name));
  if (named.length > 0 && unknown.length === 0) return ALL_ROLES.filter((role) => named.includes(role));
  faults.push(`REEVE_ROLES is "${text}"; it takes one or more of ${ALL_ROLES.join(', ')}, with commas between.`);
  return ALL_ROLES;
}

function readWorkers(text: string, faults: string[]): number {
  const workers = Number(text);
  if (Number.isInteger(workers) && workers >= 1 && workers <= WORKERS_MAX) return workers;
  faults.push(`REEVE_WORKERS is "${text}"; it takes a whole number from 1 to ${WORKERS_MAX}.`);
  return 1;
}

/** The jobs of these rooms that run in a process of these roles. */
export function jobsOf(plugins: readonly ModulePlugin[], roles: readonly Role[]): Job[] {
  return plugins.flatMap((plugin) => plugin.jobs ?? []).filter(({ role = 'worker' }) => belongs(role, roles));
}

/** Those routes that a process of these roles serves. */
export function routesOf(routes: readonly Route[], roles: readonly Role[]): Route[] {
  return routes.filter((route) => belongs(roleOf(route), roles));
}

function roleOf({ role, kind }: Route): Role | 'every' {
  return role ?? (kind === 'json' ? 'control' : 'gateway');
}

function belongs(role: Role | 'every', roles: readonly Role[]): boolean {
  return role === 'every' || roles.includes(role);
}

/** Who serves this path where this process does not; `null` where nobody would. */
export function findRoleElsewhere(
  { method, path }: { method: string; path: string },
  all: readonly Route[],
  roles: readonly Role[],
): Role | null {
  const route = all.find((known) => known.method === method && matches(known.path, path));
  if (route === undefined) return null;
  const role = roleOf(route);
  return role === 'every' || roles.includes(role) ? null : role;
}

function matches(pattern: string, path: string): boolean {
  const parts = path.split('/');
  const wanted = pattern.split('/');
  if (wanted.at(-1) !== '*' && parts.length !== wanted.length) return false;
  return wanted.every((part, index) => part === '*' || part.startsWith(':') || part === parts[index]);
}
