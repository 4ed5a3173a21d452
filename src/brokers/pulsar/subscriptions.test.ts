/** Who gets what, when, and how often: subscriptions and acknowledgments. */
import { describe, expect, it } from 'vitest';
import { rule } from './rules.ts';
import { Bench } from './server.test-kit.ts';

const letters = (from: string, n: number) => Array.from({ length: n }, (_, i) => `${from}${i + 1}`);

describe('Shared', () => {
  it(rule('shared-turns'), () => {
    const bench = new Bench({ roundRobinBatch: 2 });
    bench.join('a', { permits: 0 });
    bench.join('b', { permits: 0 });
    for (const body of letters('m', 6)) bench.send(body);
    bench.flow('a', 100);
    bench.flow('b', 100);
    expect([bench.of('a'), bench.of('b')]).toEqual([letters('m', 6), []]);
    // Both have room: one at a time, each in its turn.
    for (const body of letters('n', 4)) bench.send(body);
    expect([bench.of('a').length, bench.of('b').length]).toEqual([2, 2]);
    const both = new Bench({ roundRobinBatch: 2 });
    both.join('a');
    both.join('b');
    both.join('c');
    for (const body of letters('m', 6)) both.send(body);
    both.leave('c');
    both.of('a');
    both.of('b');
    both.nack('a', 'm1', 'm4');
    expect([...both.of('a'), ...both.of('b')].sort()).toEqual(['m1 again 1', 'm4 again 1']);
  });
  it('who joins or leaves moves nobody’s turn, and what is not due yet takes one', () => {
    const bench = new Bench();
    const next = (body: string, after = 0): string => {
      bench.send(body, { after });
      return ['a', 'b', 'c', 'd'].filter((name) => bench.of(name).length > 0).join();
    };
    bench.join('a');
    expect(next('m1')).toBe('a');
    bench.join('b');
    expect(next('m2')).toBe('b');
    bench.join('c');
    expect([next('m3'), next('m4', 60_000), next('m5')]).toEqual(['c', '', 'b']);
    bench.ack('m1', 'm2', 'm3', 'm5');
    for (const name of ['a', 'b', 'c']) bench.leave(name);
    bench.join('c');
    bench.join('d');
    bench.join('a');
    // The first of them took one for m4, again.
    expect(next('m6')).toBe('d');
  });
  it(rule('permits'), () => {
    const bench = new Bench();
    bench.join('a', { permits: 2 });
    for (const body of letters('m', 5)) bench.send(body);
    expect(bench.of('a')).toEqual(['m1', 'm2']);
    bench.ack('m1', 'm2');
    expect(bench.of('a')).toEqual([]);
    bench.flow('a', 2);
    expect([bench.of('a'), bench.counts()]).toEqual([
      ['m3', 'm4'],
      [3, 2, 2],
    ]);
  });
  it(rule('priority-level'), () => {
    const bench = new Bench();
    bench.join('low', { priority: 1 });
    bench.join('high', { permits: 2 });
    for (const body of letters('m', 4)) bench.send(body);
    expect([bench.of('high'), bench.of('low')]).toEqual([
      ['m1', 'm2'],
      ['m3', 'm4'],
    ]);
  });
  it(rule('nack-first'), () => {
    const bench = new Bench();
    bench.join('a', { permits: 3 });
    for (const body of letters('m', 5)) bench.send(body);
    bench.of('a');
    bench.nack('a', 'm2');
    bench.flow('a', 2);
    expect(bench.of('a')).toEqual(['m2 again 1', 'm4']);
  });
  it(rule('any-consumer-acks'), () => {
    const bench = new Bench();
    bench.join('a');
    bench.send('m1');
    bench.leave('a');
    bench.join('b');
    expect(bench.of('b')).toEqual(['m1']);
    // The acknowledgment is late: it is a's.
    bench.ack('m1');
    expect(bench.counts()).toEqual([0, 0, 1]);
  });
  it(rule('leaving-not-counted'), () => {
    const bench = new Bench();
    bench.join('a');
    bench.send('m1');
    bench.join('b');
    bench.leave('a');
    expect(bench.of('b')).toEqual(['m1']);
  });
  it(rule('counts-forgotten'), () => {
    const bench = new Bench();
    bench.join('a');
    bench.send('m1');
    bench.nack('a', 'm1');
    expect(bench.of('a')).toEqual(['m1', 'm1 again 1']);
    bench.leave('a');
    bench.join('b');
    expect(bench.of('b')).toEqual(['m1']);
    bench.nack('b', 'm1');
    bench.of('b');
    bench.do((server) => server.unload(server.partition('t') as never));
    bench.wait(1000);
    bench.join('c');
    expect(bench.of('c')).toEqual(['m1']);
  });
  it(rule('unacked-consumer'), () => {
    const bench = new Bench({ maxUnackedPerConsumer: 4 });
    bench.join('a');
    for (const body of letters('m', 8)) bench.send(body);
    expect(bench.of('a')).toEqual(letters('m', 4));
    bench.ack('m1');
    expect(bench.of('a')).toEqual([]);
    bench.ack('m2');
    expect(bench.of('a')).toEqual(['m5', 'm6']);
    expect(bench.told.filter((one) => one.includes('blocked'))).toEqual(['a blocked', 'a unblocked', 'a blocked']);
  });
  it(rule('unacked-subscription'), () => {
    const bench = new Bench({ maxUnackedPerSubscription: 4 });
    bench.join('a');
    bench.join('b');
    for (const body of letters('m', 6)) bench.send(body);
    expect([...bench.of('a'), ...bench.of('b')].sort()).toEqual(letters('m', 4));
    bench.nack('a', 'm1');
    expect([...bench.of('a'), ...bench.of('b')]).toEqual(['m1 again 1']);
    bench.ack('m1', 'm2');
    expect([...bench.of('a'), ...bench.of('b')]).toEqual([]);
    bench.ack('m3');
    expect([...bench.of('a'), ...bench.of('b')].sort()).toEqual(['m5', 'm6']);
  });
});
describe('Exclusive and Failover', () => {
  it(rule('exclusive'), () => {
    const bench = new Bench();
    expect([bench.join('a', { type: 'Exclusive' }), bench.join('b', { type: 'Exclusive' })]).toEqual(['ok', 'ConsumerBusy']);
  });
  it(rule('one-type'), () => {
    const bench = new Bench();
    expect([bench.join('a', { type: 'Shared' }), bench.join('b', { type: 'Failover' }), bench.join('c', { type: 'Key_Shared' })]).toEqual(['ok', 'ConsumerBusy', 'ConsumerBusy']);
    bench.leave('a');
    expect(bench.join('b', { type: 'Failover' })).toBe('ok');
  });
  it(rule('redelivery-rewinds'), () => {
    const bench = new Bench();
    bench.join('a', { type: 'Exclusive' });
    for (const body of letters('m', 4)) bench.send(body);
    bench.of('a');
    bench.ack('m2');
    bench.nack('a', 'm3');
    expect(bench.of('a')).toEqual(['m1', 'm3', 'm4']);
  });
  it(rule('failover-partitions'), () => {
    const bench = new Bench({ failoverDelay: 0 }, { t: 3 });
    for (const consumer of ['b', 'a']) for (const partition of [0, 1, 2]) bench.join(consumer, { type: 'Failover', partition: `t-partition-${partition}` });
    bench.join('c', { type: 'Failover', partition: 't-partition-1', priority: 1 });
    for (const partition of [0, 1, 2]) bench.send(`m${partition}`, { partition: `t-partition-${partition}` });
    expect([bench.of('a'), bench.of('b'), bench.of('c')]).toEqual([['m0', 'm2'], ['m1'], []]);
  });
  it(rule('failover-takes-over'), () => {
    const bench = new Bench({ failoverDelay: 1_000_000 }, { t: 1 });
    const partition = 't-partition-0';
    bench.join('b', { type: 'Failover', partition });
    bench.wait(1000);
    bench.send('m1', { partition });
    expect(bench.of('b')).toEqual(['m1']);
    bench.join('a', { type: 'Failover', partition });
    bench.send('m2', { partition });
    bench.wait(999);
    expect([bench.of('a'), bench.of('b')]).toEqual([[], []]);
    bench.wait(1);
    // b still works on m1.
    expect(bench.of('a')).toEqual(['m1', 'm2']);
  });
});
describe('where a subscription begins and what it keeps', () => {
  it(rule('initial-position'), () => {
    const bench = new Bench({ retentionTime: -1, retentionBytes: -1 });
    bench.send('m1');
    bench.join('late');
    bench.join('early', { subscription: 'e', initialPosition: 'Earliest' });
    expect([bench.of('late'), bench.of('early')]).toEqual([[], ['m1']]);
  });
  it(rule('no-subscription'), () => {
    const begins = (options: object) => {
      const bench = new Bench({ ledgerEntries: 1, ledgerMinTime: 0, ...options });
      bench.send('m1');
      bench.join('early', { subscription: 'e', initialPosition: 'Earliest' });
      return bench.of('early');
    };
    expect([begins({}), begins({ ledgerEntries: 2 }), begins({ retentionTime: -1, retentionBytes: -1 })]).toEqual([[], ['m1'], ['m1']]);
  });
  it(rule('durable'), () => {
    const bench = new Bench();
    bench.join('a');
    bench.leave('a');
    bench.send('m1');
    expect(bench.counts()).toEqual([1, 0, 0]);
    bench.join('b');
    expect(bench.of('b')).toEqual(['m1']);
  });
  it(rule('ack-holes'), () => {
    const bench = new Bench();
    bench.join('a');
    for (const body of letters('m', 4)) bench.send(body);
    bench.ack('m2', 'm4');
    expect(bench.counts()).toEqual([2, 2, 0]);
    bench.ack('m1');
    expect(bench.counts()).toEqual([1, 1, 2]);
    expect(bench.server.partition('t')?.subscriptions.get('s')?.cursor.holes).toBe(1);
  });
  it(rule('cumulative'), () => {
    const bench = new Bench();
    bench.join('a', { type: 'Exclusive' });
    for (const body of letters('m', 4)) bench.send(body);
    bench.ackUpTo('m3');
    expect(bench.counts()).toEqual([1, 1, 3]);
  });
});
describe('batches', () => {
  it(rule('batch-whole'), () => {
    const bench = new Bench({ batchIndexAck: false });
    bench.join('a');
    bench.send(['m1', 'm2', 'm3']);
    bench.of('a');
    bench.ackSome('m1', [0]);
    bench.nack('a', 'm1');
    expect([bench.of('a'), bench.counts()]).toEqual([
      ['m1 again 1', 'm2 again 1', 'm3 again 1'],
      [3, 3, 0],
    ]);
  });
  it(rule('batch-index'), () => {
    const bench = new Bench({ batchIndexAck: true });
    bench.join('a');
    bench.send(['m1', 'm2', 'm3']);
    bench.of('a');
    bench.ackSome('m1', [0, 2]);
    expect(bench.counts()).toEqual([1, 1, 0]);
    bench.nack('a', 'm1');
    expect(bench.of('a')).toEqual(['m2 again 1']);
    bench.ackSome('m1', [1]);
    expect(bench.counts()).toEqual([0, 0, 1]);
  });
});
describe('Key_Shared', () => {
  /** Keys by the consumer that has them, once a and b are there. */
  function keysOf(bench: Bench): { readonly a: string[]; readonly b: string[] } {
    const selector = bench.server.partition('t')?.subscriptions.get('s')?.keyed?.selector;
    const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
    const byConsumer = (id: number) => keys.filter((key) => selector?.select(bench.server.partition('t')?.subscriptions.get('s')?.keyed?.hash(key) ?? 0) === id);
    return { a: byConsumer(0), b: byConsumer(1) };
  }
  const moving = (classic: boolean) => {
    const bench = new Bench({ classicKeyShared: classic });
    const probe = new Bench();
    probe.join('a', { type: 'Key_Shared' });
    probe.join('b', { type: 'Key_Shared' });
    const { b: [moves = '', other = ''] = [], a: [stays = ''] = [] } = keysOf(probe);
    bench.join('a', { type: 'Key_Shared' });
    bench.send('stuck', { key: moves });
    bench.send('m0', { key: stays });
    bench.of('a');
    bench.join('b', { type: 'Key_Shared' });
    return { bench, moves, other, stays };
  };
  it(rule('hash-drains'), () => {
    const { bench, moves, other, stays } = moving(false);
    bench.send('m1', { key: moves });
    bench.send('m2', { key: other });
    bench.send('m3', { key: stays });
    expect([bench.of('a'), bench.of('b')]).toEqual([['m3'], ['m2']]);
    bench.ack('stuck');
    expect(bench.of('b')).toEqual(['m1']);
  });
  it(rule('classic-joins'), () => {
    const { bench, moves, other, stays } = moving(true);
    bench.send('m1', { key: moves });
    bench.send('m2', { key: other });
    bench.send('m3', { key: stays });
    expect([bench.of('a'), bench.of('b')]).toEqual([['m3'], []]);
    bench.ack('m0', 'm3');
    expect(bench.of('b')).toEqual([]);
    bench.ack('stuck');
    expect(bench.of('b')).toEqual(['m1', 'm2']);
  });
  it(rule('batch-first-key'), () => {
    const { bench, other, stays } = moving(false);
    bench.send(['m1', 'm2'], { key: other });
    expect([bench.of('a'), bench.of('b')]).toEqual([[], ['m1', 'm2']]);
    bench.send(['m3'], { key: stays });
    expect(bench.of('a')).toEqual(['m3']);
  });
  it(rule('look-ahead'), () => {
    const bench = new Bench({ lookAheadPerConsumer: 1 });
    bench.join('a', { type: 'Key_Shared', permits: 0 });
    bench.join('b', { type: 'Key_Shared' });
    const { a, b } = keysOf(bench);
    for (let i = 0; i < 2; i++) bench.send(`a${i}`, { key: a[i] ?? '' });
    bench.send('b0', { key: b[0] ?? '' });
    expect(bench.of('b')).toEqual([]);
    bench.flow('a', 10);
    expect([bench.of('a'), bench.of('b')]).toEqual([['a0', 'a1'], ['b0']]);
  });
  it(rule('sticky-gap'), () => {
    const bench = new Bench();
    expect(bench.join('a', { type: 'Key_Shared', keyShared: { mode: 'STICKY', ranges: [{ start: 0, end: 20_000 }] } })).toBe('ok');
    expect(bench.join('b', { type: 'Key_Shared', keyShared: { mode: 'STICKY', ranges: [{ start: 20_000, end: 30_000 }] } })).toBe('ConsumerAssignError');
    // Hello world has slot 22284, a has 27058, key-21 has 860.
    bench.send('m1', { key: 'Hello world' });
    bench.send('m2', { key: 'key-21' });
    expect(bench.of('a')).toEqual(['m2']);
    bench.join('b', { type: 'Key_Shared', keyShared: { mode: 'STICKY', ranges: [{ start: 20_001, end: 65_535 }] } });
    expect(bench.of('b')).toEqual(['m1']);
  });
});
describe('seeking', () => {
  const sought = (type: 'Failover' | 'Shared') => {
    const bench = new Bench();
    for (const consumer of ['b', 'c', 'e']) bench.join(consumer, { type });
    bench.wait(1500);
    bench.send('m1');
    bench.do((server) => {
      const p = server.partition('t');
      const s = p?.subscriptions.get('s');
      if (p !== undefined && s !== undefined) server.resetCursor(p, s, 'latest');
    });
    bench.send('m2');
    bench.wait(1500);
    return bench;
  };
  it(rule('seek-closes'), () => {
    const closed = ({ told }: Bench) => told.filter((one) => one.includes('closed'));
    expect(closed(sought('Shared'))).toEqual(['b closed: cursor_reset', 'c closed: cursor_reset', 'e closed: cursor_reset']);
    const bench = sought('Failover');
    expect([closed(bench), bench.of('b'), bench.of('c'), bench.of('e')]).toEqual([['b closed: cursor_reset'], ['m1'], [], []]);
    bench.leave('e');
    bench.wait(1500);
    expect(bench.of('c')).toEqual(['m2']);
  });
});
describe('Exclusive', () => {
  it(rule('permits-read-entries'), () => {
    const bench = new Bench();
    bench.join('a', { type: 'Exclusive', permits: 0 });
    for (const bodies of [['m1', 'm2', 'm3'], ['m4'], ['m5'], ['m6', 'm7'], ['m8']]) bench.send(bodies);
    bench.flow('a', 3);
    expect(bench.of('a')).toEqual(letters('m', 5));
    bench.flow('a', 2);
    expect(bench.of('a')).toEqual([]);
    bench.flow('a', 1);
    expect(bench.of('a')).toEqual(['m6', 'm7']);
  });
});
