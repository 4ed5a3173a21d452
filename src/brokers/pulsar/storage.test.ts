/** What is written, what survives, and what goes: bookies, cursors, retention, quotas, producers. */
import { describe, expect, it } from 'vitest';
import { rule } from './rules.ts';
import { Bench } from './server.test-kit.ts';

const crash = (bench: Bench) => bench.do((server) => server.crashBroker(server.partition('t')?.owner ?? 0));
const letters = (from: string, n: number) => Array.from({ length: n }, (_, i) => `${from}${i + 1}`);
const receipts = (bench: Bench) => bench.told.filter((one) => one.startsWith('receipt')).length;

describe('bookies', () => {
  it(rule('ack-quorum'), () => {
    const confirmedAfter = (ackQuorum: number) => {
      const bench = new Bench({ bookies: 3, ensembleSize: 3, writeQuorum: 3, ackQuorum, journalLatency: 1000 });
      bench.do((server) => server.bookies.slowDown(2, 49_000));
      bench.send('m1');
      for (let ms = 0; ms < 100; ms++) {
        if (receipts(bench) > 0) return ms;
        bench.wait(1);
      }
      return -1;
    };
    expect([confirmedAfter(2), confirmedAfter(3)]).toEqual([1, 50]);
  });
  it(rule('ensemble'), () => {
    const bench = new Bench({ bookies: 3 });
    bench.do((server) => server.stopBookie(0));
    bench.send('m1');
    bench.do((server) => server.stopBookie(1));
    bench.send('m2');
    expect(bench.told).toEqual(['receipt for p', 'p PersistenceError']);
    const late = new Bench({ bookies: 1 });
    expect([late.produce('p'), late.join('a')]).toEqual(['PersistenceError', 'PersistenceError']);
    late.server.options = { ...late.server.options, bookies: 2 };
    expect([late.produce('p'), late.join('a')]).toEqual(['ok', 'ok']);
  });
  it(rule('unreadable'), () => {
    const bench = new Bench({ bookies: 3, ensembleSize: 2, writeQuorum: 1, ackQuorum: 1 });
    bench.join('a', { permits: 0 });
    bench.send('m1');
    bench.send('m2');
    bench.do((server) => server.stopBookie(0));
    bench.flow('a', 10);
    expect(bench.of('a')).toEqual([]);
    bench.do((server) => server.startBookie(0));
    expect(bench.of('a')).toEqual(['m1', 'm2']);
  });
  it(rule('order-of-receipts'), () => {
    const bench = new Bench({ journalLatency: 1000 });
    bench.join('a');
    bench.do((server) => server.bookies.slowDown(0, 30_000));
    bench.send('m1');
    bench.do((server) => server.bookies.slowDown(0, 0));
    bench.send('m2');
    bench.wait(20);
    expect(bench.of('a')).toEqual([]);
    bench.wait(20);
    expect(bench.of('a')).toEqual(['m1', 'm2']);
  });
});
describe('a broker that goes', () => {
  it(rule('acks-not-written'), () => {
    const bench = new Bench({ sessionTimeout: 1_000_000, unloadTime: 0, retentionTime: -1, retentionBytes: -1 });
    bench.join('a');
    for (const body of letters('m', 3)) bench.send(body);
    bench.ack('m1');
    bench.ack('m2');
    crash(bench);
    bench.wait(999);
    expect(bench.join('b')).toBe('ServiceNotReady');
    bench.wait(2);
    bench.join('b');
    expect(bench.of('b')).toEqual(['m2', 'm3']);
  });
  it(rule('unload-writes'), () => {
    const bench = new Bench({ unloadTime: 0 });
    bench.join('a');
    for (const body of letters('m', 3)) bench.send(body);
    bench.ack('m1');
    bench.ack('m2');
    bench.do((server) => server.unload(server.partition('t') as never));
    bench.wait(1);
    bench.join('b');
    expect(bench.of('b')).toEqual(['m3']);
  });
  it(rule('ranges-persisted'), () => {
    const bench = new Bench({ unloadTime: 0, maxUnackedRanges: 1 });
    bench.join('a');
    for (const body of letters('m', 8)) bench.send(body);
    bench.ack('m2', 'm4', 'm5', 'm7');
    bench.do((server) => server.unload(server.partition('t') as never));
    bench.wait(1);
    bench.join('b');
    expect(bench.of('b')).toEqual(['m1', 'm3', 'm6', 'm7', 'm8']);
  });
  it(rule('written-unconfirmed'), () => {
    const bench = new Bench({ journalLatency: 50_000, sessionTimeout: 0, unloadTime: 0 });
    bench.join('a');
    bench.produce('p');
    bench.send('m1', { sequence: 0 });
    crash(bench);
    bench.wait(60);
    // The producer was told nothing: it sends again.
    expect(receipts(bench)).toBe(0);
    bench.send('m1', { sequence: 0 });
    bench.wait(60);
    bench.join('b');
    expect(bench.of('b')).toEqual(['m1', 'm1']);
  });
});
describe('deduplication', () => {
  it(rule('deduplication'), () => {
    const bench = new Bench({ deduplication: true });
    bench.join('a');
    bench.send('m1', { sequence: 5 });
    bench.send('m1', { sequence: 5 });
    bench.send('m2', { sequence: 4 });
    bench.send('m3', { sequence: 4, producer: 'other' });
    expect([bench.of('a'), receipts(bench)]).toEqual([['m1', 'm3'], 4]);
  });
  it(rule('deduplication-forgets'), () => {
    const bench = new Bench({ deduplication: true, deduplicationInactivity: 60e6 });
    bench.join('a');
    bench.send('m1', { sequence: 5 });
    bench.wait(50_000);
    bench.send('m1', { sequence: 5 });
    expect(bench.of('a')).toEqual(['m1']);
    // It is looked at three times in that time.
    bench.wait(80_000);
    bench.send('m1', { sequence: 5 });
    expect(bench.of('a')).toEqual(['m1']);
  });
});
describe('policies', () => {
  it(rule('ttl'), () => {
    const bench = new Bench({ ttl: 1_000_000, expiryCheck: 60e6 });
    bench.join('a', { permits: 1 });
    bench.send('m1');
    bench.send('m2');
    bench.wait(59_000);
    expect(bench.counts()).toEqual([2, 1, 0]);
    bench.wait(2000);
    expect([bench.counts(), bench.told.filter((one) => one.startsWith('gone'))]).toEqual([
      [0, 0, 2],
      ['gone: ttl', 'gone: ttl'],
    ]);
  });
  it(rule('retention'), () => {
    const kept = (options: object, size = 4) => {
      const bench = new Bench({ retentionCheck: 1_000_000, ledgerEntries: 2, ledgerMinTime: 0, ...options });
      bench.join('a');
      for (const body of letters('m', size)) bench.send(body);
      bench.ack(...letters('m', size));
      bench.wait(3000);
      return bench.server.partition('t')?.log.start;
    };
    expect([kept({}), kept({ retentionTime: -1, retentionBytes: -1 }), kept({ retentionTime: 2_000_000, retentionBytes: -1 }), kept({ retentionTime: -1, retentionBytes: 200 }, 6)]).toEqual([4, 0, 4, 4]);
  });
  it(rule('ledgers'), () => {
    const begins = (options: object, wait = 0) => {
      const bench = new Bench({ ledgerEntries: 2, ledgerMinTime: 60e6, ledgerMaxTime: 300e6, retentionCheck: 1_000_000, ...options });
      bench.join('a');
      for (const body of letters('m', 5)) bench.send(body);
      bench.ack(...letters('m', 3));
      bench.wait(wait);
      return bench.server.partition('t')?.log.start;
    };
    // Of m3 and m4 only one is acknowledged; a young ledger, and one that is written to, is not closed.
    expect([begins({ ledgerMinTime: 0 }), begins({}), begins({ ledgerMinTime: 0, ledgerEntries: 50 }), begins({ ledgerMinTime: 0, ledgerEntries: 50, ledgerBytes: 200 })]).toEqual([2, 0, 0, 2]);
    const aged = new Bench({ ledgerMinTime: 60e6, ledgerMaxTime: 300e6, retentionCheck: 1_000_000 });
    aged.join('a');
    aged.send('m1');
    aged.ack('m1');
    aged.wait(299_000);
    expect(aged.server.partition('t')?.log.start).toBe(0);
    aged.wait(2000);
    expect(aged.server.partition('t')?.log.start).toBe(1);
    const moved = new Bench({ unloadTime: 0 });
    moved.send('m1');
    moved.do((server) => server.unload(server.partition('t') as never));
    moved.send('m2');
    moved.wait(120_000);
    expect(moved.server.partition('t')?.log.start).toBe(1);
  });
  it(rule('quota-hold'), () => {
    const bench = new Bench({ backlogBytes: 150, backlogCheck: 1_000_000 });
    bench.join('a');
    bench.produce('p');
    bench.send('m1');
    bench.send('m2');
    bench.send('m3');
    expect(receipts(bench)).toBe(3);
    bench.wait(1000);
    expect([bench.told.at(-1), bench.produce('p')]).toEqual(['p closed: ProducerBlockedQuotaExceededError', 'ProducerBlockedQuotaExceededError']);
    bench.ack('m1', 'm2');
    expect(bench.produce('p')).toBe('ok');
  });
  it(rule('quota-exception'), () => {
    const answered = (options: object) => {
      const bench = new Bench({ backlogTime: 500_000, backlogPolicy: 'producer_exception', backlogCheck: 1_000_000, ...options });
      bench.join('a');
      bench.send('m1');
      bench.wait(1000);
      return bench.produce('p');
    };
    expect([answered({ preciseBacklogTime: true }), answered({}), answered({ ledgerEntries: 1, ledgerMinTime: 0 })]).toEqual(['ProducerBlockedQuotaExceededException', 'ok', 'ProducerBlockedQuotaExceededException']);
  });
  it(rule('quota-eviction'), () => {
    const bench = new Bench({ backlogBytes: 300, backlogPolicy: 'consumer_backlog_eviction', backlogCheck: 1_000_000 });
    bench.join('a', { permits: 1 });
    bench.join('fast', { subscription: 'f', type: 'Exclusive' });
    for (const body of letters('m', 5)) bench.send(body);
    bench.do((server) => server.acknowledgeUpTo('t', 'f', 4));
    bench.wait(1000);
    expect([bench.counts(), bench.counts('t', 'f')]).toEqual([
      // 230 bytes too many of 500, of 5 entries: 2.3 entries, of which 2 go.
      [3, 0, 2],
      [0, 0, 5],
    ]);
    const byAge = (options: object) => {
      const bench = new Bench({ backlogTime: 1_000_000, backlogPolicy: 'consumer_backlog_eviction', backlogCheck: 1_500_000, ledgerEntries: 2, ledgerMinTime: 0, ...options });
      bench.join('a', { permits: 1 });
      for (const body of letters('m', 3)) bench.send(body);
      bench.wait(1500);
      return bench.counts()[0];
    };
    expect([byAge({}), byAge({ preciseBacklogTime: true })]).toEqual([1, 0]);
  });
  it(rule('delayed-shared-only'), () => {
    const early = (type: 'Shared' | 'Exclusive' | 'Key_Shared') => {
      const bench = new Bench();
      bench.join('a', { type });
      bench.send('m1', { after: 5000 });
      return bench.of('a').length;
    };
    expect([early('Shared'), early('Key_Shared'), early('Exclusive')]).toEqual([0, 0, 1]);
  });
  it(rule('delayed-tick'), () => {
    const arrival = (delayedStrict: boolean) => {
      const bench = new Bench({ delayedStrict, delayedTick: 1_000_000 });
      bench.join('a');
      bench.send('m1', { after: 3000 });
      bench.send('m2', { after: 3900 });
      bench.wait(2999);
      expect(bench.of('a')).toEqual([]);
      bench.wait(1);
      return bench.of('a');
    };
    expect([arrival(false), arrival(true)]).toEqual([['m1', 'm2'], ['m1']]);
  });
  it(rule('dispatch-rate'), () => {
    const bench = new Bench({ dispatchRate: 2 });
    bench.join('a');
    for (const body of letters('m', 5)) bench.send(body);
    expect(bench.of('a')).toEqual(['m1', 'm2']);
    bench.wait(1000);
    expect(bench.of('a')).toEqual(['m3', 'm4']);
  });
});
describe('producers', () => {
  it(rule('producer-name'), () => {
    const bench = new Bench();
    expect([bench.produce('x', 'Shared', 'one'), bench.produce('y', 'Shared', 'one')]).toEqual(['ok', 'ProducerBusy']);
  });
  it(rule('access-exclusive'), () => {
    const bench = new Bench();
    expect([bench.produce('a'), bench.produce('b', 'Exclusive')]).toEqual(['ok', 'ProducerFenced']);
    bench.do((server) => server.disconnectProducer('t', 'a'));
    expect([bench.produce('b', 'Exclusive'), bench.produce('c', 'Exclusive'), bench.produce('d')]).toEqual(['ok', 'ProducerFenced', 'ProducerBusy']);
  });
  it(rule('access-fencing'), () => {
    const bench = new Bench();
    bench.produce('a', 'Exclusive');
    expect([bench.produce('b', 'ExclusiveWithFencing'), bench.told]).toEqual(['ok', []]);
    bench.send('m1', { producer: 'a' });
    expect(bench.told).toEqual(['a closed: connection_closed']);
    // It comes back with an epoch of the topic that is over, and fences out who has it all the same.
    expect(bench.produce('a', 'ExclusiveWithFencing')).toBe('ProducerFenced');
    bench.send('m2', { producer: 'b' });
    expect([bench.told.at(-1), bench.produce('b', 'ExclusiveWithFencing')]).toEqual(['b closed: connection_closed', 'ok']);
    expect(bench.produce('a', 'ExclusiveWithFencing', 'a', 1)).toBe('ok');
  });
  it(rule('access-waits'), () => {
    const bench = new Bench();
    bench.produce('a');
    expect(bench.produce('b', 'WaitForExclusive')).toBe('waiting');
    bench.do((server) => server.disconnectProducer('t', 'a'));
    expect(bench.told).toEqual(['b granted']);
  });
  it(rule('non-persistent'), () => {
    const bench = new Bench({}, { t: 0 }, false);
    bench.send('m0');
    bench.join('a', { permits: 1 });
    bench.send('m1');
    bench.send('m2');
    expect([bench.of('a'), bench.told.filter((one) => one === 'missed').length, receipts(bench)]).toEqual([['m1'], 1, 3]);
  });
  it(rule('partitions-grow'), () => {
    const bench = new Bench({}, { t: 2 });
    bench.join('a', { partition: 't-partition-0' });
    bench.do((server) => server.createTopic('t', { partitions: 1, persistent: true }));
    expect(bench.server.partitionsOf('t').length).toBe(2);
    bench.do((server) => server.createTopic('t', { partitions: 3, persistent: true }));
    expect([bench.server.partitionsOf('t').length, [...(bench.server.partition('t-partition-2')?.subscriptions.keys() ?? [])]]).toEqual([3, ['s']]);
  });
});
