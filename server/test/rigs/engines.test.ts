/** The rigs give real engines that can be taken down, brought back, killed and frozen. */
import { existsSync } from 'node:fs';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect as connectNats } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askOverTcp, findEngine, startEngine, type EngineRig } from './engine-process.ts';
import { startNats } from './nats.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';
import { startS3 } from './s3.ts';

async function expectGone({ pid, folder }: EngineRig, stop: () => Promise<void>): Promise<void> {
  await stop();
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(existsSync(folder)).toBe(false);
}

describe('the rig of NATS', () => {
  it('keeps a stream over a crash and knows a message that comes twice', async () => {
    const rig = await startNats();
    onTestFinished(() => rig.stop());
    const publishTwice = async (): Promise<boolean[]> => {
      const connection = await connectNats({ servers: rig.url });
      const manager = await jetstreamManager(connection);
      await manager.streams.add({ name: 'facts', subjects: ['facts.>'] });
      const publish = () => jetstream(connection).publish('facts.one', 'x', { msgID: 'same' });
      const acks = [await publish(), await publish()];
      await connection.close();
      return acks.map(({ duplicate }) => duplicate);
    };
    expect(await publishTwice()).toEqual([false, true]);
    await rig.crash();
    expect(await publishTwice()).toEqual([true, true]);
    await expectGone(rig, () => rig.stop());
  });
});

describe('the rig of Redis', () => {
  it('answers, can be frozen, and comes back empty on the same port', async () => {
    const rig = await startRedis();
    onTestFinished(() => rig.stop());
    const redis = new Redis(rig.url, { commandTimeout: 200, retryStrategy: () => 20, maxRetriesPerRequest: 0 });
    redis.on('error', () => undefined);
    onTestFinished(() => redis.disconnect());
    expect(await redis.set('a', '1')).toBe('OK');
    rig.pause();
    await expect(redis.get('a')).rejects.toThrow('timed out');
    rig.resume();
    expect(await redis.get('a')).toBe('1');
    await rig.down();
    await expect(askOverTcp(rig.port, 'PING\r\n')).rejects.toThrow('ECONNREFUSED');
    await rig.up();
    expect(await askOverTcp(rig.port, 'GET a\r\n')).toBe('$-1\r\n');
    await expectGone(rig, () => rig.stop());
  });
});

describe('the rig of S3', () => {
  it('keeps versions of objects, refuses a second create and strangers', async () => {
    const rig = await startS3();
    onTestFinished(() => rig.stop());
    const path = `/${rig.bucket}/tenant/default/a.txt`;
    const first = await rig.request('PUT', path, 'one');
    expect([first.status, (await rig.request('PUT', path, 'two')).status]).toEqual([200, 200]);
    const old = await rig.request('GET', `${path}?versionId=${first.headers.get('x-amz-version-id') ?? ''}`);
    expect(await old.text()).toBe('one');
    expect(await (await rig.request('GET', path)).text()).toBe('two');
    expect((await fetch(`${rig.endpoint}${path}`)).status).toBe(403);
    expect(new URL(rig.url).searchParams.get('region')).toBe(rig.region);
    await rig.crash();
    expect(await (await rig.request('GET', path)).text()).toBe('two');
    await expectGone(rig, () => rig.stop());
  });
});

describe('the rig of PostgreSQL with vectors', () => {
  it('finds the nearest by an index', async () => {
    const rig = await startPostgres({ vectors: true });
    onTestFinished(() => rig.stop());
    await rig.url('vectors');
    const client = new Client({ connectionString: rig.adminUrl('vectors') });
    await client.connect();
    onTestFinished(() => client.end());
    await client.query('create extension vector; create table place (id int, at vector(2))');
    await client.query('create index on place using hnsw (at vector_l2_ops)');
    await client.query(`insert into place select n, format('[%s,%s]', n, n)::vector from generate_series(1, 500) n`);
    await client.query('set enable_seqscan = off');
    const nearest = `select id from place order by at <-> '[42.1,42]' limit 1`;
    expect((await client.query(nearest)).rows).toEqual([{ id: 42 }]);
    const plan = await client.query<{ 'QUERY PLAN': string }>(`explain ${nearest}`);
    expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('place_at_idx');
  });
});

describe('a rig that cannot start', () => {
  const never = { name: 'none', args: () => [], isReady: () => Promise.resolve(true) };

  it('throws where the engine is not installed', () => {
    expect(() => findEngine('no-such-engine')).toThrow('no-such-engine not found');
  });

  it('throws with what the engine said where it ends', async () => {
    const options = { ...never, binary: findEngine('redis-server'), args: () => ['--port', 'many'] };
    await expect(startEngine({ ...options, isReady: () => Promise.resolve(false) })).rejects.toThrow(
      /none ended.*port/s,
    );
  });
});
