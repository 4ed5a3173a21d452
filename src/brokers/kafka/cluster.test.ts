/** The cluster by its own requests: logs, replication, elections, idempotence, transactions. */
import { describe, expect, it } from 'vitest';
import { cluster } from './cluster.test-kit.ts';
import { rule } from './rules.ts';
import { type Config, topicSettings } from './settings.ts';

describe('replication', () => {
  it(rule('high-watermark'), () => {
    const c = cluster();
    c.produce([1], { acks: 1 });
    const early = c.fetch(0);
    expect(c.messages(early)).toBeUndefined();
    c.advance(2);
    expect(c.messages(early)).toEqual([1]);
  });
  it(rule('acks-all'), () => {
    const c = cluster();
    const n = c.produce([1]);
    c.advance(1);
    expect(c.errorOf(n)).toBeUndefined();
    c.advance(1);
    expect(c.errorOf(n)).toBe('NONE');
  });
  it(rule('acks-1'), () => {
    const c = cluster();
    expect(c.errorOf(c.produce([1], { acks: 1 }))).toBe('NONE');
    c.kafka.nodes.kill(c.kafka.partition('t', 0)?.leader ?? 0);
    c.advance(1200);
    expect(c.kafka.partition('t', 0)?.log.end).toBe(0);
    expect(c.events.some((e) => e.kind === 'truncated' && e.end === 0 && e.accepted.length === 1)).toBe(true);
  });
  it(rule('acks-0'), () => {
    const c = cluster();
    const n = c.produce([1], { acks: 0 });
    c.advance(10);
    expect(c.answer(n)).toBeUndefined();
    // Only that the connection was closed is heard when something is wrong.
    expect(c.errorOf(c.produce([2], { acks: 0, broker: 2 }))).toBe('DISCONNECTED');
    expect(c.kafka.partition('t', 0)?.highWatermark).toBe(1);
  });
  it(rule('isr-shrinks'), () => {
    const c = cluster();
    c.kafka.nodes.stall(1, true);
    c.produce([1]);
    c.advance(4000);
    expect(c.kafka.partition('t', 0)?.isr).toEqual([0, 2]);
    c.kafka.nodes.stall(1, false);
    c.advance(10);
    expect([...(c.kafka.partition('t', 0)?.isr ?? [])].sort()).toEqual([0, 1, 2]);
  });
  it(rule('min-isr'), () => {
    const c = cluster({}, { 'min.insync.replicas': 3 });
    c.kafka.nodes.shutDown(2);
    expect(c.errorOf(c.produce([1]))).toBe('NOT_ENOUGH_REPLICAS');
    expect(c.kafka.partition('t', 0)?.log.end).toBe(0);
    expect(c.errorOf(c.produce([1], { acks: 1 }))).toBe('NONE');
  });
  it(rule('min-isr-after-append'), () => {
    const c = cluster({}, { 'min.insync.replicas': 3 });
    c.kafka.nodes.stall(1, true);
    const n = c.produce([1]);
    c.advance(4500);
    expect(c.errorOf(n)).toBeUndefined();
    c.advance(1000);
    expect(c.errorOf(n)).toBe('REQUEST_TIMED_OUT');
    expect(c.kafka.partition('t', 0)?.highWatermark).toBe(0);
    expect(c.kafka.partition('t', 0)?.log.end).toBe(1);
  });
  it(rule('strict-min-isr'), () => {
    const high = (on: boolean) => {
      const c = cluster({ 'eligible.leader.replicas': on }, { 'min.insync.replicas': 2 });
      c.kafka.nodes.shutDown(1);
      c.kafka.nodes.shutDown(2);
      c.produce([1], { acks: 1 });
      c.advance(10);
      return c.kafka.partition('t', 0)?.highWatermark;
    };
    expect(high(true)).toBe(0);
    expect(high(false)).toBe(0);
  });
  it(rule('fetch-waits'), () => {
    const c = cluster();
    const n = c.fetch(0, 'read_uncommitted', { minBytes: 250 });
    c.produce([1]);
    c.advance(50);
    expect(c.messages(n)).toBeUndefined();
    c.advance(60);
    expect(c.messages(n)).toEqual([1]);
    const two = c.fetch(0, 'read_uncommitted', { minBytes: 300 });
    c.produce([2]);
    c.advance(3);
    expect(c.messages(two)).toEqual([1, 2]);
  });
  it(rule('fetch-first'), () => {
    const c = cluster();
    c.produce([1, 2], { size: 5000 });
    c.produce([3], { size: 5000 });
    c.advance(5);
    expect(c.messages(c.fetch(0, 'read_uncommitted', { maxPartitionBytes: 10, maxBytes: 10 }))).toEqual([1, 2]);
  });
});
describe('a process that stands still', () => {
  it('answers when it goes on, also whoever has given the connection up; what came over the next connection is never read', () => {
    const c = cluster();
    c.kafka.nodes.freeze(0, true);
    const first = c.produce([1]);
    c.kafka.nodes.reconnects('c', 0);
    const again = c.produce([1]);
    c.advance(500);
    expect(c.errorOf(first)).toBeUndefined();
    c.kafka.nodes.freeze(0, false);
    c.advance(5);
    expect([c.errorOf(first), c.errorOf(again)]).toEqual(['NONE', undefined]);
    expect(c.read(0)).toEqual([1]);
    expect(c.errorOf(c.produce([2]))).toBeUndefined();
  });
  it('is taken for dead after broker.session.timeout.ms, and follows when it goes on', () => {
    const c = cluster();
    c.produce([1]);
    c.advance(5);
    c.kafka.nodes.freeze(0, true);
    c.advance(900);
    expect(c.kafka.partition('t', 0)?.leader).toBe(0);
    c.advance(200);
    expect(c.kafka.partition('t', 0)?.leader).toBe(1);
    c.kafka.nodes.freeze(0, false);
    c.advance(10);
    expect([c.kafka.partition('t', 0)?.leader, c.kafka.partition('t', 0)?.isr]).toEqual([1, [1, 2, 0]]);
  });
  it('when it dies, what lies there breaks off and is in no log', () => {
    const c = cluster();
    c.kafka.nodes.freeze(0, true);
    const n = c.produce([1]);
    c.kafka.nodes.kill(0);
    c.advance(1);
    expect(c.errorOf(n)).toBe('DISCONNECTED');
    expect(c.kafka.partition('t', 0)?.log.end).toBe(0);
  });
  it('a whole cluster that stands still keeps every question', () => {
    const c = cluster();
    for (const node of [0, 1, 2]) c.kafka.nodes.freeze(node, true);
    const asked = c.ask({ api: 'Metadata', topics: ['t'] });
    c.advance(100);
    expect(c.answer(asked)).toBeUndefined();
    c.kafka.nodes.freeze(2, false);
    c.advance(1);
    expect(c.answer(asked)?.api).toBe('Metadata');
  });
});
describe('elections', () => {
  const leaderOf = (c: ReturnType<typeof cluster>) => c.kafka.partition('t', 0)?.leader;
  it(rule('fencing'), () => {
    const c = cluster();
    c.kafka.nodes.kill(0);
    c.advance(900);
    expect(leaderOf(c)).toBe(0);
    c.advance(200);
    expect(leaderOf(c)).toBe(1);
  });
  it(rule('controlled-shutdown'), () => {
    const c = cluster();
    c.produce([1], { acks: 1 });
    c.kafka.nodes.shutDown(0);
    expect(leaderOf(c)).toBe(1);
    expect(c.kafka.partition('t', 0)?.log.end).toBe(1);
  });
  /** Two followers are gone from the in-sync replicas, then the leader dies and one of them comes back. */
  const alone = (topic: Config, config: Config = { 'eligible.leader.replicas': false }) => {
    const c = cluster(config, topic);
    c.kafka.nodes.stall(1, true);
    c.kafka.nodes.stall(2, true);
    c.produce([1], { acks: 1 });
    c.advance(4500);
    c.kafka.nodes.kill(0);
    c.kafka.nodes.stall(1, false);
    c.advance(1200);
    return c;
  };
  it(rule('no-unclean'), () => {
    const c = alone({});
    expect(leaderOf(c)).toBe(-1);
    c.kafka.nodes.start(0);
    expect(leaderOf(c)).toBe(0);
    expect(c.kafka.partition('t', 0)?.log.end).toBe(1);
  });
  it(rule('unclean'), () => {
    const c = alone({ 'unclean.leader.election.enable': true });
    expect(leaderOf(c)).toBe(1);
    expect(c.events.flatMap((e) => (e.kind === 'truncated' ? [e.because] : []))).toEqual(['unclean_election']);
  });
  it(rule('elr'), () => {
    const c = cluster({ 'eligible.leader.replicas': true }, { 'min.insync.replicas': 2 });
    c.kafka.nodes.shutDown(2);
    c.kafka.nodes.shutDown(1);
    expect(c.kafka.partition('t', 0)?.elr).toEqual([1]);
    c.kafka.nodes.kill(0);
    c.advance(1200);
    expect(leaderOf(c)).toBe(-1);
    c.kafka.nodes.start(1);
    expect(leaderOf(c)).toBe(1);
  });
  it('a replica that comes back after its process died is not eligible any more, but the last known leader may lead when nobody else can', () => {
    const c = cluster({ 'eligible.leader.replicas': true }, { 'min.insync.replicas': 2, 'replication.factor': 2 });
    c.kafka.nodes.kill(1);
    c.advance(1200);
    expect(c.kafka.partition('t', 0)?.elr).toEqual([1]);
    c.kafka.nodes.kill(0);
    c.kafka.nodes.start(1);
    c.advance(1200);
    expect(leaderOf(c)).toBe(-1);
    expect(c.kafka.partition('t', 0)?.elr).toEqual([0]);
    c.kafka.nodes.start(0);
    expect(leaderOf(c)).toBe(0);
  });
  it('a leader that is back before it was missed leads no longer: its registration is a new one', () => {
    const c = cluster();
    c.kafka.nodes.kill(0);
    c.kafka.nodes.start(0);
    expect(leaderOf(c)).toBe(1);
  });
  it(rule('not-leader'), () => {
    const c = cluster();
    expect(c.errorOf(c.produce([1], { broker: 2 }))).toBe('NOT_LEADER_OR_FOLLOWER');
  });
});
describe('batches', () => {
  it(rule('idempotence'), () => {
    const c = cluster();
    const id = c.init(null);
    c.produce([1, 2], { ...id, baseSequence: 0 });
    const again = c.produce([1, 2], { ...id, baseSequence: 0 });
    c.advance(5);
    expect(c.errorOf(again)).toBe('NONE');
    expect(c.kafka.partition('t', 0)?.log.end).toBe(2);
  });
  it(rule('sequence-gap'), () => {
    const c = cluster();
    const id = c.init(null);
    c.produce([1], { ...id, baseSequence: 0 });
    expect(c.errorOf(c.produce([3], { ...id, baseSequence: 2 }))).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
  });
  it(rule('no-idempotence'), () => {
    const c = cluster();
    c.produce([1]);
    c.produce([1]);
    expect(c.kafka.partition('t', 0)?.log.end).toBe(2);
  });
  it(rule('producer-expires'), () => {
    const ends = (expires: number) => {
      const c = cluster({ 'producer.id.expiration.ms': expires });
      const id = c.init(null);
      c.produce([1], { ...id, baseSequence: 0 });
      c.advance(2500, 10);
      c.produce([1], { ...id, baseSequence: 0 });
      return c.kafka.partition('t', 0)?.log.end;
    };
    expect(ends(86_400_000)).toBe(1);
    expect(ends(1000)).toBe(2);
  });
  it(rule('too-large'), () => {
    const c = cluster({}, { 'max.message.bytes': 200 });
    expect(c.errorOf(c.produce([1], { size: 300 }))).toBe('MESSAGE_TOO_LARGE');
  });
  it(rule('compacted-needs-key'), () => {
    const c = cluster({}, { 'cleanup.policy': 'compact' });
    expect(c.errorOf(c.produce([1], { key: -1 }))).toBe('INVALID_RECORD');
  });
});
describe('transactions', () => {
  it(rule('transaction'), () => {
    const c = cluster();
    const id = c.init('shop');
    c.produce([1], { ...id, baseSequence: 0, transactional: true });
    c.produce([9]);
    c.advance(5);
    expect(c.messages(c.fetch(0))).toEqual([1, 9]);
    const waits = c.fetch(0, 'read_committed');
    expect(c.messages(waits)).toBeUndefined();
    expect(c.end('shop', id, true)).toBe('NONE');
    c.advance(5);
    expect(c.messages(waits)).toEqual([1, 9]);
    const next = { ...id, producerEpoch: id.producerEpoch + 1 };
    c.produce([2], { ...next, baseSequence: 0, transactional: true });
    c.end('shop', next, false);
    c.advance(5);
    expect(c.messages(c.fetch(0, 'read_committed'))).toEqual([1, 9]);
    expect(c.messages(c.fetch(0))).toEqual([1, 9, 2]);
  });
  it(rule('fenced'), () => {
    const c = cluster();
    const old = c.init('shop');
    c.produce([1], { ...old, baseSequence: 0, transactional: true });
    const fresh = c.init('shop');
    expect(fresh.producerId).toBe(old.producerId);
    expect(fresh.producerEpoch).toBeGreaterThan(old.producerEpoch);
    expect(c.errorOf(c.produce([2], { ...old, baseSequence: 1, transactional: true }))).toBe('INVALID_PRODUCER_EPOCH');
    expect(c.end('shop', old, true)).toBe('PRODUCER_FENCED');
    c.produce([3], { ...fresh, baseSequence: 0, transactional: true });
    c.end('shop', fresh, true);
    c.advance(5);
    expect(c.messages(c.fetch(0, 'read_committed'))).toEqual([3]);
  });
  it(rule('transaction-timeout'), () => {
    const c = cluster();
    const id = c.init('shop', 500_000);
    c.produce([1], { ...id, baseSequence: 0, transactional: true });
    c.advance(600);
    expect(c.errorOf(c.produce([2], { ...id, baseSequence: 1, transactional: true }))).toBe('INVALID_PRODUCER_EPOCH');
    expect(c.end('shop', id, true)).toBe('INVALID_TXN_STATE');
    expect(c.end('shop', id, false)).toBe('NONE');
    c.produce([3], { ...id, producerEpoch: id.producerEpoch + 1, baseSequence: 0, transactional: true });
    expect(c.messages(c.fetch(0, 'read_committed')) ?? []).toEqual([]);
  });
  it('a transaction cannot be given longer than transaction.max.timeout.ms', () => {
    const c = cluster();
    expect(c.kafka.transactions.init('c', c.kafka.transactions.nodeOf('shop'), 'shop', 900_000_001).error).toBe('INVALID_TRANSACTION_TIMEOUT');
    expect(c.kafka.transactions.init('c', c.kafka.transactions.nodeOf('shop'), 'shop', 900_000_000).error).toBe('NONE');
  });
  it('a batch that the log refuses has begun the transaction: it can be committed, and its marker is written', () => {
    const c = cluster();
    const id = c.init('shop');
    expect(c.errorOf(c.produce([1], { ...id, baseSequence: 3, transactional: true }))).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(c.end('shop', id, true)).toBe('NONE');
    expect(c.kafka.partition('t', 0)?.log.end).toBe(1);
  });
  it('the end of a transaction cannot be asked for again when the next has begun', () => {
    const c = cluster();
    const id = c.init('shop');
    c.produce([1], { ...id, baseSequence: 0, transactional: true });
    c.end('shop', id, true);
    c.produce([2], { ...id, producerEpoch: id.producerEpoch + 1, baseSequence: 0, transactional: true });
    expect(c.end('shop', id, true)).toBe('PRODUCER_FENCED');
  });
  it(rule('epoch-per-transaction'), () => {
    const c = cluster();
    const id = c.init('shop');
    c.produce([1], { ...id, baseSequence: 0, transactional: true });
    expect(c.end('shop', id, true)).toBe('NONE');
    expect(c.errorOf(c.produce([2], { ...id, baseSequence: 1, transactional: true }))).toBe('INVALID_PRODUCER_EPOCH');
    // The answer was lost, and the end is asked for again.
    expect(c.end('shop', id, true)).toBe('NONE');
    expect(c.end('shop', id, false)).toBe('INVALID_TXN_STATE');
  });
});
describe('the log', () => {
  it('is given out in whole batches, of one segment at a time', () => {
    const c = cluster({}, { 'segment.ms': 100 });
    c.produce([1, 2, 3]);
    c.produce([4]);
    c.advance(200);
    c.produce([5]);
    c.advance(5);
    expect(c.messages(c.fetch(0, 'read_uncommitted', { maxPartitionBytes: 1 }))).toEqual([1, 2, 3]);
    expect(c.messages(c.fetch(1, 'read_uncommitted', { maxPartitionBytes: 1 }))).toEqual([2, 3]);
    expect(c.messages(c.fetch(0))).toEqual([1, 2, 3, 4]);
    expect(c.messages(c.fetch(4))).toEqual([5]);
  });
  it(rule('retention'), () => {
    const c = cluster({}, { 'segment.ms': 100, 'retention.ms': 500 });
    c.produce([1]);
    c.advance(700);
    c.produce([2]);
    c.advance(200);
    expect(c.kafka.partition('t', 0)?.log.start).toBe(0);
    c.advance(200);
    expect(c.kafka.partition('t', 0)?.log.start).toBe(1);
    c.advance(2000);
    expect(c.kafka.partition('t', 0)?.log.start).toBe(2);
    c.produce([3]);
    c.advance(5);
    expect(c.messages(c.fetch(2))).toEqual([3]);
  });
  it(rule('out-of-range'), () => {
    const c = cluster({}, { 'segment.ms': 100, 'retention.ms': 500 });
    c.produce([1]);
    c.advance(700);
    c.produce([2]);
    c.advance(400);
    const response = c.answer(c.fetch(0));
    expect(response?.api === 'Fetch' && response.results[0]?.error).toBe('OFFSET_OUT_OF_RANGE');
  });
  it(rule('compaction'), () => {
    const c = cluster({}, { 'segment.ms': 100, 'cleanup.policy': 'compact' });
    c.produce([1], { key: 1 });
    c.produce([2], { key: 2 });
    c.produce([3], { key: 1 });
    c.advance(200);
    c.produce([4], { key: 2 });
    c.advance(1500);
    expect(c.read(0)).toEqual([2, 3, 4]);
    expect(c.kafka.partition('t', 0)?.log.end).toBe(4);
  });
  it(rule('tombstone'), () => {
    const c = cluster({}, { 'segment.ms': 100, 'cleanup.policy': 'compact', 'delete.retention.ms': 3000, 'min.cleanable.dirty.ratio': 0 });
    c.produce([1], { key: 1 });
    c.produce([2], { key: 1, size: 0 });
    c.produce([3], { key: 2 });
    c.advance(200);
    c.produce([4], { key: 3 });
    c.advance(1500, 10);
    expect(c.read(0)).toEqual([2, 3, 4]);
    c.advance(2000, 10);
    c.produce([5], { key: 3 });
    c.advance(1500, 10);
    expect(c.read(0)).toEqual([3, 4, 5]);
  });
  it(rule('compaction-lag'), () => {
    const left = (topic: Config) => {
      const c = cluster({}, { 'segment.ms': 100, 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': 0.9, ...topic });
      for (const message of [1, 2, 3]) c.produce([message], { key: message });
      c.advance(150);
      c.produce([4], { key: 9 });
      c.advance(1000, 10);
      // A second round, in which too little is dirty.
      c.produce([5], { key: 1 });
      c.advance(150);
      c.produce([6], { key: 8 });
      c.advance(2000, 10);
      return c.read(0);
    };
    expect(left({})).toEqual([1, 2, 3, 4, 5, 6]);
    expect(left({ 'max.compaction.lag.ms': 500 })).toEqual([2, 3, 4, 5, 6]);
    expect(left({ 'max.compaction.lag.ms': 500, 'min.compaction.lag.ms': 60_000 })).toEqual([1, 2, 3, 4, 5, 6]);
  });
  it(rule('partitions-grow'), () => {
    const c = cluster({}, { partitions: 3 });
    expect(c.kafka.putTopic('t', topicSettings({ config: { partitions: 2 } }))?.name).toBe('INVALID_PARTITIONS');
    expect(c.kafka.putTopic('t', topicSettings({ config: { partitions: 4 } }))).toBeUndefined();
  });
  it(rule('replication-factor'), () => {
    const c = cluster({ nodes: 1 }, { 'replication.factor': 1 });
    expect(c.kafka.putTopic('u', topicSettings({ config: { 'replication.factor': 3 } }))?.name).toBe('INVALID_REPLICATION_FACTOR');
  });
});
