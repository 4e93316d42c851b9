import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MessageQueue, type Queued } from './nats-queue.ts';

const upTo = (limit: number) => (failures: number) => (failures === 0 ? limit : 1);

const message = (seq: number, aggregateKey: string, failures = 0): Queued => ({
  id: `m${seq}`,
  seq,
  aggregateKey,
  failures,
});
const ids = (items: readonly Queued[]): string[] => items.map(({ id }) => id);

it('gives messages of one aggregate together, and no more while they are handled', () => {
  const queue = new MessageQueue(() => 0);
  for (const [seq, key] of [
    [1, 'a'],
    [2, 'a'],
    [3, 'b'],
    [4, 'a'],
  ] as const)
    queue.add(message(seq, key));
  const first = queue.take(upTo(2));
  expect(ids(first)).toEqual(['m1', 'm2']);
  expect(ids(queue.take(upTo(9)))).toEqual(['m3']);
  expect(queue.take(upTo(9))).toEqual([]);
  for (const item of first) queue.done(item);
  expect(ids(queue.take(upTo(9)))).toEqual(['m4']);
});

it('pauses an aggregate after a failure, takes it up where it was, and gives suspects alone', () => {
  let nowMs = 0;
  const queue = new MessageQueue(() => nowMs);
  for (const [seq, key] of [
    [1, 'a'],
    [2, 'a'],
    [3, 'b'],
  ] as const)
    queue.add(message(seq, key));
  const [one, two, three] = queue.take(upTo(9));
  for (const item of [one, two, three]) expect(item).toBeDefined();
  if (one === undefined || two === undefined || three === undefined) return;
  one.failures = 1;
  queue.retry(one, 100);
  queue.retry(two, 0);
  queue.done(three);
  expect(queue.take(upTo(9))).toEqual([]);
  expect(queue.untilDue()).toBe(100);
  nowMs = 100;
  expect(ids(queue.take(upTo(9)))).toEqual(['m1']);
  queue.done(one);
  expect(ids(queue.take(upTo(9)))).toEqual(['m2']);
});

it('replaces a message that comes again, and leaves alone one that is being handled', () => {
  const queue = new MessageQueue(() => 0);
  queue.add(message(1, 'a'));
  queue.add(message(1, 'a', 1));
  const [item] = queue.take(upTo(9));
  expect(item?.failures).toBe(1);
  queue.add(message(1, 'a', 2));
  expect(queue.take(upTo(9))).toEqual([]);
});

it('keeps the order of each aggregate and loses nothing, whatever fails when', () => {
  const steps = fc.array(fc.record({ fails: fc.boolean(), take: fc.integer({ min: 1, max: 4 }) }), { maxLength: 60 });
  const keys = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(keys, steps, (aggregates, plan) => {
      let nowMs = 0;
      const queue = new MessageQueue(() => nowMs);
      aggregates.forEach((key, index) => queue.add(message(index + 1, key)));
      const handled: Queued[] = [];
      const finish = (items: readonly Queued[], fails: boolean): void => {
        for (const [place, item] of items.entries()) {
          if (fails && place === 0) item.failures += 1;
          const isStuck = fails && items[0]?.aggregateKey === item.aggregateKey;
          if (isStuck) queue.retry(item, place === 0 ? nowMs + 10 : nowMs);
          else {
            queue.done(item);
            handled.push(item);
          }
        }
      };
      for (const { fails, take } of plan) {
        finish(queue.take(upTo(take)), fails);
        nowMs += 5;
      }
      for (let turn = 0; turn < 100; turn += 1) {
        nowMs += 20;
        finish(queue.take(upTo(4)), false);
      }
      expect(handled).toHaveLength(aggregates.length);
      for (const own of Map.groupBy(handled, ({ aggregateKey }) => aggregateKey).values()) {
        const order = own.map(({ seq }) => seq);
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }
    }),
  );
});
