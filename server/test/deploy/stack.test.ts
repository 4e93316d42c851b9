import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEPLOY, findUndeclared, readStack, type Manifest, type Service } from './manifests.ts';

const GIB = 2 ** 30;
/** CONTRACT: two nodes for the program, one of half the size for what is stored. */
const APP_NODE = { cpus: 12, memory: 80 * GIB };
const STORAGE_NODE = { cpus: 6, memory: 40 * GIB };
const APP_NODES = 2;

/** Two of these may run side by side. All others keep data on a node's disk. */
const ROLLING = new Set(['nginx', 'gateway', 'control', 'worker']);
const REEVE = ['control', 'gateway', 'keeper', 'worker'];

let manifest: Manifest;
let services: [string, Service][];
beforeAll(async () => {
  manifest = await readStack();
  services = Object.entries(manifest.services);
});

type Room = typeof APP_NODE;
type Kind = 'limits' | 'reservations';

function roomOf({ deploy }: Service, kind: Kind): Room {
  const { cpus = 0, memory = 0 } = deploy?.resources?.[kind] ?? {};
  return { cpus: Number(cpus), memory: Number(memory) };
}

const add = (rooms: readonly Room[]): Room => ({
  cpus: rooms.reduce((sum, { cpus }) => sum + cpus, 0),
  memory: rooms.reduce((sum, { memory }) => sum + memory, 0),
});

function isOn(service: Service, label: 'app' | 'storage'): boolean {
  const [constraint = ''] = service.deploy?.placement?.constraints ?? [];
  const nats = /^node\.labels\.nats == (\d)$/.exec(constraint)?.[1];
  if (nats !== undefined) return label === (nats === '3' ? 'storage' : 'app');
  return constraint === `node.labels.reeve == ${label}`;
}

const isPinned = ({ deploy }: Service): boolean => deploy?.placement?.constraints?.[0]?.includes('nats') ?? false;

/** What `nodes` app nodes carry of it, on the fullest one. */
function copiesOnANode(service: Service, nodes: number): number {
  if (service.deploy?.mode === 'global') return 1;
  return isPinned(service) ? 1 / APP_NODES : Math.ceil((service.deploy?.replicas ?? 1) / nodes);
}

function onAnAppNode(all: Manifest, kind: Kind, nodes: number): Room {
  const rooms = Object.values(all.services)
    .filter((service) => isOn(service, 'app'))
    .flatMap((service) => {
      const { cpus, memory } = roomOf(service, kind);
      const copies = copiesOnANode(service, nodes);
      return { cpus: cpus * copies, memory: memory * copies };
    });
  return add(rooms);
}

/** What does not fit, in words. */
function capacityFaults(all: Manifest): string[] {
  const values = Object.values(all.services);
  const surges = values.filter(
    (service) => isOn(service, 'app') && service.deploy?.update_config?.order === 'start-first',
  );
  const surge = {
    cpus: Math.max(...surges.map((each) => roomOf(each, 'limits').cpus)),
    memory: Math.max(...surges.map((each) => roomOf(each, 'limits').memory)),
  };
  const stored = add(values.filter((service) => isOn(service, 'storage')).map((each) => roomOf(each, 'limits')));
  const cases: [string, Room, Room][] = [
    ['an app node, while one task is replaced', add([onAnAppNode(all, 'limits', APP_NODES), surge]), APP_NODE],
    ['one app node that carries all', onAnAppNode(all, 'reservations', 1), APP_NODE],
    ['the storage node', stored, STORAGE_NODE],
  ];
  return cases.flatMap(([what, { cpus, memory }, node]) => [
    ...(cpus > node.cpus ? [`${what}: ${cpus} cores of ${node.cpus}`] : []),
    ...(memory > node.memory ? [`${what}: ${memory / GIB} GiB of ${node.memory / GIB}`] : []),
  ]);
}

function faultsOf(name: string, service: Service): string[] {
  const { image, healthcheck, deploy } = service;
  const update = deploy?.update_config;
  const order = ROLLING.has(name) ? 'start-first' : 'stop-first';
  const whole = (kind: Kind): boolean => roomOf(service, kind).cpus > 0 && roomOf(service, kind).memory > 0;
  return [
    ...(/:[^:]*\d+\.\d+|:RELEASE\./.test(image) ? [] : [`image ${image} names no version`]),
    ...(service.read_only === true ? [] : ['its root can be written']),
    ...(service.cap_drop?.includes('ALL') ? [] : ['it keeps capabilities']),
    ...(whole('limits') && whole('reservations') ? [] : ['it has no limits or reserves nothing']),
    ...(healthcheck?.test || (name === 'keeper' && healthcheck?.disable) ? [] : ['it has no health check']),
    ...(update?.order === order ? [] : [`it is updated ${update?.order}, not ${order}`]),
    ...(update?.failure_action === 'rollback' ? [] : ['a failed update stays']),
    ...(deploy?.restart_policy?.condition === 'any' ? [] : ['it is not started again']),
    ...(isOn(service, 'app') || isOn(service, 'storage') ? [] : ['it may run anywhere']),
  ];
}

describe('stack.yaml', () => {
  it('is taken by `docker stack config`, and what Swarm does not know is not', async () => {
    expect(services.length).toBe(12);
    const wrong: [string, string, RegExp][] = [
      ['    networks: [front]\n    stop_signal', '    netwoks: [front]\n    stop_signal', /netwoks/],
      [
        '    networks: [front]\n    stop_signal',
        '    networks: [front]\n    depends_on: { gateway: { condition: service_healthy } }\n    stop_signal',
        /depends_on must be a list/,
      ],
      ['order: start-first', 'orders: start-first', /orders/],
    ];
    for (const [from, to, says] of wrong) await expect(readStack([from, to])).rejects.toThrow(says);
  });

  it('uses nothing that Swarm passes over', () => {
    const text = readFileSync(join(DEPLOY, 'swarm/stack.yaml'), 'utf8');
    expect(text).not.toMatch(
      /^\s+(build|container_name|depends_on|restart|security_opt|links|profiles|privileged|network_mode):/m,
    );
  });

  it('names nothing that it does not declare', async () => {
    expect(findUndeclared(manifest)).toEqual([]);
    const changed = await readStack(['source: tls_key', 'source: nowhere']);
    expect(findUndeclared(changed)).toEqual(['nginx: nowhere']);
  });

  it('keeps every service within bounds, and rolls out and back', () => {
    expect(services.flatMap(([name, service]) => faultsOf(name, service).map((fault) => `${name}: ${fault}`))).toEqual(
      [],
    );
  });

  it('fits the nodes it is made for, also while it is updated and with one of them lost', () => {
    expect(capacityFaults(manifest)).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['  order: start-first', '  order: stop-first', 'not start-first'],
    ['  failure_action: rollback', '  failure_action: pause', 'a failed update stays'],
    ["  constraints: ['node.labels.reeve == app']", '  constraints: []', 'it may run anywhere'],
    ['  healthcheck:\n    test: [CMD, node', '  healthchecks-off: &x\n    test: [CMD, node', 'healthchecks-off'],
    ['      replicas: 6', '      replicas: 12', 'cores of 12'],
    ["limits: { cpus: '3', memory: 16G", "limits: { cpus: '3', memory: 60G", 'GiB of 40'],
  ])('seeded fault: %s becomes %s', async (from, to, says) => {
    const found = await readStack([from, to]).then(
      (changed) => [
        ...Object.entries(changed.services).flatMap(([name, service]) => faultsOf(name, service)),
        ...capacityFaults(changed),
      ],
      (error: unknown) => [String(error)],
    );
    expect(found.join('\n')).toContain(says);
  });

  it('names secrets and configs by version, and holds no secret', () => {
    const { secrets, configs } = manifest;
    expect(Object.values(secrets).every(({ external, name = '' }) => external === true && name.endsWith('_1'))).toBe(
      true,
    );
    expect(Object.values(configs).every(({ name = '' }) => name.endsWith('_1'))).toBe(true);
    const variables = services.flatMap(([, { environment = {} }]) => Object.keys(environment));
    expect(variables.filter((name) => /PASSWORD|SECRET|KEY|TOKEN|_URL/.test(name) && !name.endsWith('_FILE'))).toEqual(
      [],
    );
    expect(Object.values(configs).filter(({ file = '' }) => !existsSync(file))).toEqual([]);
  });

  it('gives each task of Reeve a folder of its own, and the roles that there are', () => {
    const ours = services.filter(([, { image }]) => image.startsWith('reeve:'));
    expect(ours.map(([name]) => name)).toEqual(REEVE);
    expect(ours.every(([, { environment }]) => environment?.['REEVE_DATA_DIR'] === '/var/lib/reeve/{{.Task.ID}}')).toBe(
      true,
    );
    expect(ours.flatMap(([, { environment }]) => environment?.['REEVE_ROLES'] ?? [])).toEqual([
      'control',
      'gateway',
      'worker',
    ]);
    const reference = readFileSync(join(DEPLOY, '../docs/reference.md'), 'utf8');
    const variables = ours
      .flatMap(([, { environment = {} }]) => Object.keys(environment))
      .filter((name) => name.startsWith('REEVE_'));
    expect(variables.filter((name) => !reference.includes(`\`${name.replace(/_FILE$/, '')}\``))).toEqual([]);
  });

  it('answers to the names that nginx looks for', () => {
    const names = services.flatMap(([, { networks }]) => networks?.['front']?.aliases ?? []);
    expect(names.toSorted()).toEqual(['reeve-control', 'reeve-gateway']);
  });
});
