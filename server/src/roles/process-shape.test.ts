import { describe, expect, it } from 'vitest';
import type { Job, JsonRoute, RawRoute } from '#kernel';
import { ALL_ROLES, findRoleElsewhere, jobsOf, readProcessShape, routesOf } from './process-shape.ts';

function read(variables: Record<string, string>, embedded = false) {
  const faults: string[] = [];
  return { ...readProcessShape((name) => variables[name], embedded, faults), faults };
}

const json = { kind: 'json', method: 'GET', path: '/api/v1/keys/:id' } as JsonRoute;
const raw = { kind: 'raw', method: 'GET', path: '/v1/models/*' } as RawRoute;
const probe: RawRoute = { ...raw, path: '/metrics', role: 'every' };

describe('what a process is there for', () => {
  it('is everything, in one process, unless told otherwise', () => {
    expect(read({})).toEqual({ roles: ALL_ROLES, workers: 1, faults: [] });
    const told = read({ REEVE_ROLES: ' worker,gateway,worker', REEVE_WORKERS: '4' });
    expect(told).toEqual({ roles: ['gateway', 'worker'], workers: 4, faults: [] });
  });

  it.each([
    [{ REEVE_ROLES: 'gateway,cook' }, 'gateway, control, worker'],
    [{ REEVE_ROLES: ',' }, 'gateway, control, worker'],
    [{ REEVE_WORKERS: '0' }, 'from 1 to 64'],
    [{ REEVE_WORKERS: '65' }, 'from 1 to 64'],
    [{ REEVE_WORKERS: '1.5' }, 'from 1 to 64'],
  ])('%j is a fault', (variables, says) => {
    expect(read(variables).faults.join()).toContain(says);
  });

  it.each([{ REEVE_WORKERS: '2' }, { REEVE_ROLES: 'control' }])('%j needs PostgreSQL', (variables) => {
    expect(read(variables, true).faults.join()).toContain('reeve move --to postgres://');
    expect(read(variables, false).faults).toEqual([]);
  });
});

describe('what a process gets of what the rooms contribute', () => {
  it('JSON routes belong to control, raw ones to gateway, and some to every process', () => {
    const all = [json, raw, probe];
    expect(routesOf(all, ALL_ROLES)).toEqual(all);
    expect(routesOf(all, ['gateway'])).toEqual([raw, probe]);
    expect(routesOf(all, ['control'])).toEqual([json, probe]);
    expect(routesOf(all, ['worker'])).toEqual([probe]);
  });

  it('jobs belong to worker, unless they say otherwise', () => {
    const job = (name: string, role?: Job['role']): Job => ({
      name,
      start: () => undefined,
      stop: () => Promise.resolve(),
      ...(role === undefined ? {} : { role }),
    });
    const plugins = [{ name: 'room', jobs: [job('sweep'), job('own', 'every'), job('watch', 'control')] }];
    const names = (roles: Parameters<typeof jobsOf>[1]) => jobsOf(plugins, roles).map(({ name }) => name);
    expect(names(['worker'])).toEqual(['sweep', 'own']);
    expect(names(['gateway'])).toEqual(['own']);
    expect(names(['control'])).toEqual(['own', 'watch']);
  });

  it('knows who serves what this process does not', () => {
    const find = (path: string, roles: Parameters<typeof findRoleElsewhere>[2]) =>
      findRoleElsewhere({ method: 'GET', path }, [json, raw, probe], roles);
    expect(find('/api/v1/keys/key_1', ['gateway'])).toBe('control');
    expect(find('/v1/models/a/b', ['control'])).toBe('gateway');
    expect(find('/v1/models/a', ['gateway'])).toBeNull();
    expect(find('/metrics', ['worker'])).toBeNull();
    expect(find('/nowhere', ['worker'])).toBeNull();
  });
});
