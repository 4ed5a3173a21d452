import { describe, expect, test } from 'vitest';
import { AutoSplitSelector } from './auto-split.ts';
import { ConsistentHashingSelector } from './consistent-hashing.ts';
import { DrainingHashes } from './draining-hashes.ts';
import { type Assignment, moves, slotOf, stickyKeyHash, stickyKeyOf, type StickyKeyConsumerSelector } from './key-shared.ts';
import { keyHash } from './murmur3.ts';
import { rule } from './rules.ts';
import { checkStickyRanges, StickyRangesSelector } from './sticky-ranges.ts';

const join = (selector: StickyKeyConsumerSelector, ...names: string[]) => {
  for (const [i, name] of names.entries()) expect(selector.add({ id: i + 1, name })).toBeNull();
  return selector;
};
const every = (selector: StickyKeyConsumerSelector) => {
  const { start, end } = selector.keyHashRange;
  return Array.from({ length: end - start + 1 }, (_, i) => selector.select(start + i));
};
const width = (assignments: readonly Assignment[], consumer: number) => assignments.reduce((sum, one) => sum + (one.consumer === consumer ? one.end - one.start + 1 : 0), 0);

describe('hashes', () => {
  test(rule('key-hash'), () => {
    expect([keyHash('Hello world'), slotOf('Hello world')]).toEqual([764499724, 22284]);
    // Published values of murmur3_32 with seed 0, without the sign.
    expect([keyHash('test'), keyHash('Hello, world!')]).toEqual([0xba6bd213 & 0x7fffffff, 0xc0363e43 & 0x7fffffff]);
    expect([keyHash('é'), keyHash('\ud800')]).toEqual([keyHash('\u00e9'), keyHash('?')]);
  });
  test(rule('key-hash-zero'), () => {
    expect([keyHash(''), slotOf('')]).toEqual([0, 0]);
    expect(stickyKeyHash('', { start: 0, end: 65_535 })).toBe(1);
    expect(stickyKeyHash('Hello world', { start: 1, end: 65_535 })).toBe((764499724 % 65_535) + 1);
  });
  test(rule('sticky-key'), () => {
    const from = { producerName: 'p', sequenceId: 7 };
    expect([stickyKeyOf({ ...from, orderingKey: 'o', key: 'k' }), stickyKeyOf({ ...from, key: 'k' }), stickyKeyOf(from)]).toEqual(['o', 'k', 'p-7']);
  });
});

describe('AUTO_SPLIT', () => {
  test(rule('consistent-hashing'), () => {
    const selector = join(new ConsistentHashingSelector(), 'a', 'b', 'b');
    const all = every(selector);
    expect(new Set(all)).toEqual(new Set([1, 2, 3]));
    for (const consumer of [1, 2, 3]) expect(all.filter((one) => one === consumer).length).toBe(width(selector.assignments(), consumer));
    // The place of a point is that of its name: consumer, number among its namesakes, number of the point.
    expect(selector.select(stickyKeyHash('b\0' + '1\0' + '42', selector.keyHashRange))).toBe(3);
    const again = new ConsistentHashingSelector();
    again.load(selector.save());
    expect(every(again)).toEqual(all);
    expect(new ConsistentHashingSelector().select(1)).toBeNull();
  });
  test(rule('point-collision'), () => {
    // So many points that they must collide.
    const selector = join(new ConsistentHashingSelector(2000), 'a', 'b');
    const place = { start: 1, end: 65_535 };
    const points = (name: string) => new Set(Array.from({ length: 2000 }, (_, i) => stickyKeyHash(`${name}\0` + '0\0' + `${i}`, place)));
    const shared = [...points('a')].filter((hash) => points('b').has(hash));
    expect(shared.length).toBeGreaterThan(0);
    expect(new Set(shared.map((hash) => selector.select(hash)))).toEqual(new Set([1]));
    selector.remove(1);
    expect(new Set(shared.map((hash) => selector.select(hash)))).toEqual(new Set([2]));
  });
  test(rule('minimal-movement'), () => {
    const selector = join(new ConsistentHashingSelector(), 'a', 'b');
    const before = selector.assignments();
    selector.add({ id: 3, name: 'c' });
    expect(new Set(moves(before, selector.assignments()).map((one) => one.to))).toEqual(new Set([3]));
    selector.remove(3);
    expect(selector.assignments()).toEqual(before);
  });
  test(rule('auto-split'), () => {
    const selector = join(new AutoSplitSelector(64), 'one', 'two', 'three', 'four');
    const shown = () => selector.assignments().map(({ start, end, consumer }) => [consumer, start, end]);
    expect(shown()).toEqual([
      [3, 0, 16],
      [2, 17, 32],
      [4, 33, 48],
      [1, 49, 64],
    ]);
    expect([selector.select(16), selector.select(17), selector.select(63)]).toEqual([3, 2, 1]);
    selector.remove(1);
    expect(shown()).toEqual([
      [3, 0, 16],
      [2, 17, 32],
      [4, 33, 64],
    ]);
    selector.remove(3);
    expect(shown()).toEqual([
      [2, 0, 32],
      [4, 33, 64],
    ]);
    const narrow = join(new AutoSplitSelector(2), 'one', 'two');
    expect(narrow.add({ id: 3, name: 'three' })).toMatchObject({ name: 'ConsumerAssignError', text: 'No more range can assigned to new consumer, assigned consumers 2' });
    expect(() => new AutoSplitSelector(6)).toThrow('power of two');
  });
});

describe('STICKY', () => {
  test(rule('sticky'), () => {
    const selector = new StickyRangesSelector();
    expect(
      selector.add({
        id: 1,
        name: 'a',
        hashRanges: [
          { start: 0, end: 9 },
          { start: 20, end: 20 },
        ],
      }),
    ).toBeNull();
    expect(selector.add({ id: 2, name: 'b', hashRanges: [{ start: 10, end: 15 }] })).toBeNull();
    expect([0, 9, 10, 15, 16, 20, 21, 65_535].map((hash) => selector.select(hash))).toEqual([1, 1, 2, 2, null, 1, null, null]);
    selector.remove(1);
    expect([9, 10].map((hash) => selector.select(hash))).toEqual([null, 2]);
  });
  test(rule('sticky-conflict'), () => {
    const selector = new StickyRangesSelector();
    selector.add({
      id: 1,
      name: 'a',
      hashRanges: [
        { start: 10, end: 20 },
        { start: 40, end: 50 },
      ],
    });
    const why = (...hashRanges: { start: number; end: number }[]) => selector.add({ id: 9, name: 'x', hashRanges })?.text;
    for (const [start, end] of [
      [0, 10],
      [20, 30],
      [12, 13],
      [5, 60],
      [45, 45],
    ] as const)
      expect(why({ start, end })).toBe('Range conflict with consumer 1');
    expect(why({ start: 9, end: 8 })).toBe('Fixed hash range start > end for range: [9,8]');
    expect(why({ start: 0, end: 5 }, { start: 5, end: 6 })).toBe("Consumer's own ranges conflict: [0,5] overlaps with [5,6]");
    expect(why()).toBe('Ranges for KeyShared policy must not be empty.');
    expect(selector.add({ id: 9, name: 'x' })).toMatchObject({ code: 19, text: 'Must specify key shared meta for consumer.' });
    expect(why({ start: 21, end: 39 })).toBeUndefined();
  });
  test(rule('sticky-client'), () => {
    expect(checkStickyRanges([{ start: 0, end: 65_536 }])?.text).toBe('Ranges must be [0, 65535] but provided range is [0, 65536]');
    expect(
      checkStickyRanges([
        { start: 0, end: 5 },
        { start: 5, end: 9 },
      ])?.text,
    ).toBe('Ranges for KeyShared policy with overlap between [0, 5] and [5, 9]');
    expect(checkStickyRanges([])?.name).toBe('IllegalArgumentException');
    expect(checkStickyRanges([{ start: 0, end: 65_535 }])).toBeNull();
  });
});

describe('draining', () => {
  /** Consumer 1 has hashes 5, 5 and 40 unacknowledged when consumer 2 takes the lower half. */
  const drained = () => {
    const selector = join(new AutoSplitSelector(64), 'one');
    const before = selector.assignments();
    selector.add({ id: 2, name: 'two' });
    const draining = new DrainingHashes();
    draining.reassigned(before, selector.assignments(), 2, (consumer) => (consumer === 1 ? [5, 5, 40] : []));
    return { selector, before, draining };
  };
  test(rule('draining'), () => {
    const { draining } = drained();
    expect(draining.of(1)).toEqual([{ hash: 5, consumer: 1, unacked: 2, blockedAttempts: 0 }]);
    expect([draining.blocks(2, 5), draining.blocks(2, 6), draining.blocks(1, 40)]).toEqual([true, false, false]);
    expect([draining.settled(1, 40), draining.settled(1, 5), draining.blocks(2, 5), draining.settled(1, 5)]).toEqual([false, false, true, true]);
    expect([draining.blocks(2, 5), draining.clearedTotal(1)]).toEqual([false, 1]);
  });
  test(rule('draining-returns'), () => {
    const { draining, selector, before } = drained();
    const split = selector.assignments();
    selector.remove(2);
    expect(selector.assignments()).toEqual(before);
    draining.reassigned(split, selector.assignments(), 2, (consumer) => (consumer === 1 ? [5, 5, 40] : []));
    expect(draining.of(1)).toEqual([]);
    const other = drained().draining;
    expect([other.blocks(1, 5), other.of(1).length]).toEqual([false, 0]);
  });
  test('What drains survives being saved, and goes with its consumer', () => {
    const { draining } = drained();
    const again = new DrainingHashes();
    again.load(draining.save());
    expect(again.of(1)).toEqual(draining.of(1));
    again.removed(1);
    expect([again.blocks(2, 5), draining.blocks(2, 5)]).toEqual([false, true]);
  });
});
