import { describe, expect, test } from 'vitest';
import { groupRule } from '../group/rules.ts';
import type { Assignment, ConsumerMember, TopicPartition } from './assignment.ts';
import { cooperativeSticky } from './cooperative-sticky.ts';
import { hashOfPartition, hashOfString, inHashOrder } from './hash-order.ts';
import { range } from './range.ts';
import { roundRobin } from './round-robin.ts';
import type { ServerAssignor, ServerMember } from './server.ts';
import { serverRange } from './server-range.ts';
import { simple } from './simple.ts';
import { sticky } from './sticky.ts';
import { uniform } from './uniform.ts';

const counts = (topics: Readonly<Record<string, number>>) => new Map(Object.entries(topics));
const shown = (assignment: Assignment) =>
  Object.fromEntries(
    [...assignment].map(([member, mine]) => [
      member,
      mine
        .map(({ topic, partition }) => `${topic}${partition}`)
        .sort()
        .join(' '),
    ]),
  );
const parts = (text: string): TopicPartition[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((one) => ({ topic: one.slice(0, 1), partition: Number(one.slice(1)) }));
const member = (memberId: string, topics: string, owned = '', generation: number | null = owned === '' ? null : 1): ConsumerMember => ({ memberId, topics: [...topics], owned: parts(owned), generation });
const server = (memberId: string, topics: string, assigned = '', instanceId: string | null = null): ServerMember => ({ memberId, topics: [...topics], assigned: parts(assigned), instanceId });

describe('on the client', () => {
  test(groupRule('range'), () => {
    expect(shown(range(counts({ a: 5, b: 2 }), [member('m1', 'ab'), member('m2', 'ab'), member('m3', 'b')]))).toEqual({ m1: 'a0 a1 a2 b0', m2: 'a3 a4 b1', m3: '' });
  });
  test(groupRule('round-robin'), () => {
    expect(shown(roundRobin(counts({ a: 3, b: 3 }), [member('m1', 'ab'), member('m2', 'b')]))).toEqual({ m1: 'a0 a1 a2 b1', m2: 'b0 b2' });
  });
  test(groupRule('static-first'), () => {
    const members = [member('m1', 'a'), { ...member('m2', 'a'), instanceId: 'z' }, { ...member('m3', 'a'), instanceId: 'b' }];
    expect(shown(range(counts({ a: 3 }), members))).toEqual({ m1: 'a2', m2: 'a1', m3: 'a0' });
  });
  test(groupRule('sticky'), () => {
    expect(shown(sticky(counts({ a: 6 }), [member('m1', 'a', 'a0 a1 a2'), member('m2', 'a', 'a3 a4 a5'), member('m3', 'a')]))).toEqual({ m1: 'a0 a1', m2: 'a3 a4', m3: 'a2 a5' });
    expect(shown(sticky(counts({ a: 4, b: 2 }), [member('m1', 'ab', 'a0 a1 a2 a3'), member('m2', 'b')]))).toEqual({ m1: 'a0 a1 a2 a3', m2: 'b0 b1' });
  });
  test(groupRule('sticky-generation'), () => {
    expect(shown(sticky(counts({ a: 2 }), [member('m1', 'a', 'a0 a1', 1), member('m2', 'a', 'a0', 2)]))).toEqual({ m1: 'a1', m2: 'a0' });
    expect(shown(sticky(counts({ a: 3 }), [member('m1', 'a', 'a0 a1', 1), member('m2', 'a', 'a0 a2', 1), member('m3', 'a')]))).toEqual({ m1: 'a1', m2: 'a2', m3: 'a0' });
  });
  test(groupRule('cooperative'), () => {
    const first = cooperativeSticky(counts({ a: 4 }), [member('m1', 'a', 'a0 a1 a2 a3'), member('m2', 'a')]);
    expect(shown(first)).toEqual({ m1: 'a0 a1', m2: '' });
    expect(shown(cooperativeSticky(counts({ a: 4 }), [member('m1', 'a', 'a0 a1', 2), member('m2', 'a', '', 2)]))).toEqual({ m1: 'a0 a1', m2: 'a2 a3' });
    const mixed = cooperativeSticky(counts({ a: 3, b: 1 }), [member('m1', 'ab', 'a0 a1 a2 b0'), member('m2', 'a')]);
    expect([...mixed.values()].flat().length).toBe(2);
  });
  test('topics that do not exist, and groups of nobody, are no trouble', () => {
    for (const assign of [range, roundRobin, sticky, cooperativeSticky]) {
      expect(shown(assign(counts({}), [member('m1', 'x'), member('m2', 'y')]))).toEqual({ m1: '', m2: '' });
      expect(shown(assign(counts({ a: 2 }), []))).toEqual({});
    }
  });
});

describe('on the coordinator', () => {
  const given = (assign: ServerAssignor, topics: Readonly<Record<string, number>>, members: readonly ServerMember[]) => shown(assign(counts(topics), members));
  test(groupRule('uniform'), () => {
    expect(given(uniform, { a: 5 }, [server('m1', 'a', 'a0 a1 a2 a3 a4'), server('m2', 'a')])).toEqual({ m1: 'a0 a1 a2', m2: 'a3 a4' });
    expect(given(uniform, { a: 3 }, [server('m1', 'a', 'a2'), server('m2', 'a', 'a0 a1')])).toEqual({ m1: 'a2', m2: 'a0 a1' });
    expect(given(uniform, { a: 4, b: 4 }, [server('m1', 'a'), server('m2', 'ab'), server('m3', 'b')])).toEqual({ m1: 'a0 a2', m2: 'a1 a3 b3', m3: 'b0 b1 b2' });
  });
  test('uniform hands a topic that is no longer subscribed to on to who is', () => {
    expect(given(uniform, { a: 2, b: 2 }, [server('m1', 'b', 'a0 a1'), server('m2', 'ab', 'b0 b1')])).toEqual({ m1: 'b0 b1', m2: 'a0 a1' });
  });
  test(groupRule('server-range'), () => {
    expect(given(serverRange, { a: 4, b: 4 }, [server('m1', 'ab', 'a3'), server('m2', 'ab')])).toEqual({ m1: 'a0 a1 b0 b1', m2: 'a2 a3 b2 b3' });
    expect(given(serverRange, { a: 2 }, [server('m1', 'a'), server('m2', 'a', '', 'i')])).toEqual({ m1: 'a1', m2: 'a0' });
  });
  test(groupRule('simple'), () => {
    expect(given(simple, { a: 2 }, [server('m1', 'a'), server('m2', 'a'), server('m3', 'a')])).toEqual({ m1: 'a0 a1', m2: 'a0', m3: 'a1' });
    expect(given(simple, { a: 3 }, [server('m1', 'a', 'a1'), server('m2', 'a')])).toEqual({ m1: 'a0 a1', m2: 'a2' });
    expect(given(simple, { a: 2, b: 2 }, [server('m1', 'a'), server('m2', 'ab')])).toEqual({ m1: 'a0', m2: 'a1 b0 b1' });
  });
});

describe('the order of Java’s maps', () => {
  test('hashes of strings and of partitions', () => {
    expect([hashOfString(''), hashOfString('abc'), hashOfString('polygenelubricants'), hashOfPartition({ topic: 't', partition: 3 })]).toEqual([0, 96354, -2147483648, 31 * 34 + 116]);
  });
  test('keys come bucket by bucket, and in a larger table in another order', () => {
    const keys = ['consumer-1', 'consumer-2', 'consumer-10', 'a', 'B'];
    expect(inHashOrder(keys, hashOfString)).toEqual(['a', 'B', 'consumer-10', 'consumer-2', 'consumer-1']);
    const many = Array.from({ length: 13 }, (_, i) => i * 16);
    expect(inHashOrder(many, (n) => n).slice(0, 3)).toEqual([0, 32, 64]);
  });
});

test('whatever has come before, every partition has one reader who subscribes, and nobody could be helped by a move', () => {
  let seed = 5;
  const dice = (n: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % n;
  };
  for (let round = 0; round < 300; round++) {
    const topics = counts(Object.fromEntries(['a', 'b', 'c'].map((topic) => [topic, 1 + dice(7)])));
    const same = dice(2) === 0;
    const ids = Array.from({ length: 1 + dice(6) }, (_, i) => `m${i}`);
    const reads = new Map(ids.map((id) => [id, same ? 'abc' : (['a', 'ab', 'bc', 'abc'][dice(4)] ?? 'a')]));
    let before: Assignment = new Map();
    for (let step = 1; step < 4; step++) {
      const present = ids.filter(() => dice(4) > 0);
      if (present.length === 0) continue;
      const members = present.map((memberId) => ({ memberId, topics: [...(reads.get(memberId) ?? '')], owned: before.get(memberId) ?? [], generation: before.has(memberId) ? step - 1 : null }));
      before = sticky(topics, members);
      const owners = new Map([...before].flatMap(([id, mine]) => mine.map(({ topic, partition }) => [`${topic}${partition}`, id] as const)));
      const readable = [...topics].filter(([topic]) => members.some((one) => one.topics.includes(topic)));
      expect([...before.values()].flat().length).toBe(readable.reduce((sum, [, count]) => sum + count, 0));
      expect(owners.size).toBe([...before.values()].flat().length);
      for (const [id, mine] of before) for (const { topic } of mine) expect(reads.get(id)).toContain(topic);
      const sizes = new Map([...before].map(([id, mine]) => [id, mine.length]));
      if (same) expect(Math.max(...sizes.values()) - Math.min(...sizes.values())).toBeLessThanOrEqual(1);
    }
  }
});
