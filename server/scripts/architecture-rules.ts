/** The rule of the house as dependency-cruiser rules, made from the plan. */
import type { IForbiddenRuleType } from 'dependency-cruiser';
import type { Plan, Room } from './architecture-plan.ts';

/** Code that only tests run. */
const TEST_CODE = String.raw`(\.test\.ts|\.fixtures\.ts|[./-]testing\.ts|[/-]conformance\.ts|-contract\.ts)$|^server/test/|^server/scripts/`;

const SOCKET_MODULES = '^(node:)?(http|https|http2|net|tls|dgram|dns)(/promises)?$';

/** Every rule, in the order of the floors. A file may break several. */
export function toRules(plan: Plan): IForbiddenRuleType[] {
  return [
    ...treeRules(plan),
    ...floorRules(plan),
    ...plan.rooms.flatMap((room) => roomRules(plan, room)),
    ...outsideRules(plan),
    ...consoleRules(),
  ].map((rule) => ({ ...rule, severity: 'error' }));
}

function treeRules(plan: Plan): IForbiddenRuleType[] {
  return [
    // The official clients of the SDK suites are installed outside the project.
    { name: 'import-resolves', from: { pathNot: '^server/test/sdk/' }, to: { couldNotResolve: true } },
    { name: 'no-cycle', from: {}, to: { circular: true } },
    {
      name: 'no-orphan',
      comment: 'Nobody but tests imports this file.',
      from: { pathNot: TEST_CODE },
      module: {
        path: [inside(plan.base), inside('contracts/src')],
        pathNot: [TEST_CODE, ...plan.entries.map(exactly), '-worker\\.ts$', exactly('contracts/src/index.ts')],
        numberOfDependentsLessThan: 1,
      },
    },
    {
      name: 'no-test-code-in-source',
      from: { path: [inside(plan.base), inside('contracts/src')], pathNot: TEST_CODE },
      to: { path: TEST_CODE },
    },
  ];
}

function floorRules(plan: Plan): IForbiddenRuleType[] {
  const rooms = plan.rooms.map((room) => inside(room.path));
  return [
    {
      name: 'contracts-stand-alone',
      from: { path: inside('contracts/src'), pathNot: TEST_CODE },
      to: { pathNot: [inside('contracts/src'), npmPackage('typebox')] },
    },
    {
      name: 'contracts-through-the-door',
      from: { pathNot: inside('contracts/src') },
      to: { path: inside('contracts/src'), pathNot: exactly('contracts/src/index.ts') },
    },
    {
      name: 'kernel-is-the-floor',
      from: { path: inside(plan.kernelPath), pathNot: TEST_CODE },
      to: { pathNot: [inside(plan.kernelPath), inside('contracts/src'), npmPackage('typebox')] },
    },
    {
      name: 'kernel-through-the-door',
      from: { path: inside(plan.base), pathNot: inside(plan.kernelPath) },
      to: { path: inside(plan.kernelPath), pathNot: exactly(`${plan.kernelPath}/index.ts`) },
    },
    {
      name: 'platform-below-rooms',
      from: { path: inside(plan.platformPath), pathNot: TEST_CODE },
      to: { path: rooms },
    },
    {
      name: 'platform-through-ports',
      comment: 'A platform folder sees of another only its port.',
      from: { path: `${inside(plan.platformPath)}([^/]+)/`, pathNot: TEST_CODE },
      to: { path: inside(plan.platformPath), pathNot: [`${inside(plan.platformPath)}$1/`, '/port\\.ts$'] },
    },
    {
      name: 'rooms-see-only-ports',
      from: { path: rooms, pathNot: TEST_CODE },
      to: { path: inside(plan.platformPath), pathNot: '/port\\.ts$' },
    },
    {
      name: 'nobody-imports-roles',
      from: { path: [inside(plan.base), inside('contracts/src')], pathNot: [inside(plan.rolesPath), TEST_CODE] },
      to: { path: inside(plan.rolesPath) },
    },
    {
      name: 'roles-use-the-door',
      from: { path: inside(plan.rolesPath), pathNot: TEST_CODE },
      to: { path: rooms, pathNot: plan.rooms.map((room) => exactly(`${room.path}/index.ts`)) },
    },
    {
      name: 'neighbours-do-not-mix',
      comment: 'One provider or surface knows nothing of another: N + M translations, never N × M.',
      from: { path: `^${plan.base}/(path/adapters|edges/surfaces)/([^/]+)/` },
      to: { path: `^${plan.base}/$1/[^/]+/`, pathNot: `^${plan.base}/$1/$2/` },
    },
  ];
}

function roomRules(plan: Plan, room: Room): IForbiddenRuleType[] {
  const others = plan.rooms.filter((other) => other !== room);
  const strangers = others.filter((other) => !room.imports.includes(other.name));
  const door = exactly(`${room.path}/index.ts`);
  return [
    {
      name: 'edge-not-declared',
      comment: `${room.name} may import ${room.imports.join(', ') || 'no other room'}.`,
      from: { path: inside(room.path), pathNot: TEST_CODE },
      to: { path: strangers.map((other) => inside(other.path)) },
    },
    {
      name: 'only-through-the-door',
      from: { path: others.map((other) => inside(other.path)), pathNot: TEST_CODE },
      to: { path: inside(room.path), pathNot: door },
    },
    {
      name: 'not-through-own-door',
      from: { path: inside(room.path), pathNot: TEST_CODE },
      to: { path: door },
    },
  ];
}

/** Which packages and sockets may be used where: engines stay behind ports, and there is one exit. */
function outsideRules(plan: Plan): IForbiddenRuleType[] {
  return [
    {
      name: 'one-exit',
      comment: 'Outgoing traffic leaves through platform/http-client.',
      from: { path: inside(plan.base), pathNot: [TEST_CODE, ...plan.sockets.map(inside)] },
      to: { path: SOCKET_MODULES },
    },
    ...[...plan.packages].map(([name, places]): IForbiddenRuleType => ({
      name: 'package-in-its-place',
      comment: `${name} is for ${places.join(', ')}.`,
      from: { path: inside(plan.base), pathNot: [TEST_CODE, ...places.map((place) => toPlace(plan, place))] },
      to: { path: npmPackage(name) },
    })),
  ];
}

/** The console is a program of its own: it knows the server by its description alone. */
function consoleRules(): IForbiddenRuleType[] {
  const source = 'console/src';
  return [
    {
      name: 'console-stands-apart',
      from: { path: inside(source) },
      to: { path: '^server/' },
    },
    {
      name: 'server-without-console',
      from: { path: ['^server/', '^contracts/'], pathNot: TEST_CODE },
      to: { path: inside('console') },
    },
    {
      name: 'console-through-the-door',
      comment: 'The design system knows nobody, the API client nobody but contracts, pages only the doors.',
      from: { path: `${inside(source)}(ui|api|pages/[^/]+)/` },
      to: { path: inside(source), pathNot: [`${inside(source)}$1/`, `${inside(source)}(ui|api|app)/index\\.ts$`] },
    },
    {
      name: 'design-system-alone',
      comment: 'Only the design system knows Radix, tables and charts, and it knows nothing above it.',
      from: { path: inside(source), pathNot: inside(`${source}/ui`) },
      to: { path: ['node_modules/@radix-ui/', npmPackage('uplot'), npmPackage('@tanstack/react-table')] },
    },
    {
      name: 'console-floors',
      from: { path: `${inside(source)}(ui|api)/` },
      to: { path: `${inside(source)}(app|pages)/` },
    },
  ];
}

function toPlace(plan: Plan, place: string): string {
  return place.startsWith('*') ? `${escape(place.slice(1))}$` : inside(`${plan.base}/${place}`);
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
const inside = (folder: string): string => `^${escape(folder)}/`;
const exactly = (path: string): string => `^${escape(path)}$`;
const npmPackage = (name: string): string => `node_modules/${escape(name)}/`;
