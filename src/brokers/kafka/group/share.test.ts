import { describe, expect, test } from 'vitest';
import { Clock } from './group.test-kit.ts';
import { groupRule } from './rules.ts';
import { SharePartition } from './share.ts';
import type { AcknowledgeType, AcquireMode, ShareEvent, ShareSettings } from './share-state.ts';

/** A share-partition over a log whose batches all have the same length. */
function sharePartition(settings: Partial<ShareSettings> = {}, log: { batch: number; end: number } = { batch: 10, end: 1_000 }) {
  const clock = new Clock();
  const events: ShareEvent[] = [];
  const host = { now: () => clock.now(), after: clock.after.bind(clock), tell: (event: ShareEvent) => void events.push(event) };
  let partition = new SharePartition(host, 0, settings);
  clock.attach((name, ref) => partition.timer(name, ref));
  return {
    clock,
    events,
    get it() {
      return partition;
    },
    reload(): void {
      const saved: unknown = JSON.parse(JSON.stringify(partition.save()));
      partition = new SharePartition(host, 0, settings);
      partition.load(saved);
    },
    /** @returns "first-last×deliveries" */
    fetch(member: string, most = 500, mode: AcquireMode = 'batch_optimized', bytes = 3): string {
      const from = Math.floor(partition.nextFetchOffset() / log.batch) * log.batch;
      const batches = Array.from({ length: bytes }, (_, i) => ({ first: from + i * log.batch, last: from + (i + 1) * log.batch - 1 })).filter((batch) => batch.last < log.end);
      return partition
        .acquire(member, batches, most, mode)
        .map(({ first, last, deliveryCount }) => `${first}-${last}×${deliveryCount}`)
        .join(' ');
    },
    ack: (member: string, first: number, last: number, ...types: AcknowledgeType[]) => partition.acknowledge(member, [{ first, last, types }]),
    window: () => `${partition.startOffset}..${partition.endOffset}`,
  };
}

describe('states of a record', () => {
  test(groupRule('acquire'), () => {
    const p = sharePartition();
    expect([p.fetch('a'), p.fetch('b'), p.window()]).toEqual(['0-29×1', '30-59×1', '0..59']);
    p.clock.ms(29_999);
    expect(p.it.nextFetchOffset()).toBe(60);
    p.clock.ms(1);
    expect(p.it.nextFetchOffset()).toBe(0);
  });
  test(groupRule('accept'), () => {
    const p = sharePartition();
    p.fetch('a');
    expect([p.ack('a', 0, 29, 'ACCEPT'), p.window(), p.fetch('b')]).toEqual([null, '30..29', '30-59×1']);
  });
  test(groupRule('release'), () => {
    const p = sharePartition();
    p.fetch('a');
    p.ack('a', 5, 6, 'RELEASE');
    expect(p.events).toEqual([5, 6].map((offset) => ({ kind: 'available', offset, because: 'released' })));
    expect(p.fetch('b', 500, 'batch_optimized', 1)).toBe('5-6×2');
  });
  test(groupRule('reject'), () => {
    const p = sharePartition();
    p.fetch('a');
    p.ack('a', 0, 2, 'ACCEPT', 'REJECT', 'GAP');
    expect(p.events).toEqual([
      { kind: 'acknowledged', offset: 0 },
      { kind: 'archived', offset: 1, because: 'rejected' },
      { kind: 'archived', offset: 2, because: 'gap' },
    ]);
    expect(p.window()).toBe('3..29');
  });
  test(groupRule('renew'), () => {
    const p = sharePartition();
    p.fetch('a', 500, 'batch_optimized', 1);
    p.clock.ms(20_000);
    expect(p.ack('a', 4, 4, 'RENEW')).toBe(null);
    p.clock.ms(10_000);
    expect(p.it.records().map((record) => record.state)).toEqual(Array.from({ length: 10 }, (_, i) => (i === 4 ? 'Acquired' : 'Available')));
    p.clock.ms(20_000);
    expect(p.it.records()[4]).toMatchObject({ state: 'Available', deliveryCount: 1 });
  });
  test('renewing is refused where the group does not allow it', () => {
    const p = sharePartition({ 'share.renew.acknowledge.enable': false });
    p.fetch('a');
    expect(p.ack('a', 0, 0, 'RENEW')).toBe('INVALID_RECORD_STATE');
  });
  test(groupRule('lock-timeout'), () => {
    const p = sharePartition({}, { batch: 1, end: 1_000 });
    p.fetch('a', 1);
    p.clock.ms(30_000);
    expect([p.events, p.fetch('b', 1)]).toEqual([[{ kind: 'available', offset: 0, because: 'lock-timeout' }], '0-0×2']);
  });
  test(groupRule('delivery-limit'), () => {
    const p = sharePartition({ 'group.share.delivery.count.limit': 3 }, { batch: 1, end: 1_000 });
    for (const count of [1, 2, 3]) {
      expect(p.fetch('a', 1)).toBe(`0-0×${count}`);
      if (count === 2) p.clock.ms(30_000);
      else p.ack('a', 0, 0, 'RELEASE');
    }
    expect([p.events.at(-1), p.window()]).toEqual([{ kind: 'archived', offset: 0, because: 'delivery-limit' }, '1..0']);
  });
  test(groupRule('invalid-record-state'), () => {
    const p = sharePartition();
    p.fetch('a');
    expect(p.ack('b', 0, 0, 'ACCEPT')).toBe('INVALID_RECORD_STATE');
    p.ack('a', 1, 1, 'RELEASE');
    expect(p.ack('a', 1, 1, 'ACCEPT')).toBe('INVALID_RECORD_STATE');
    expect(p.ack('a', 25, 30, 'ACCEPT')).toBe('INVALID_REQUEST');
    p.ack('a', 0, 0, 'ACCEPT');
    expect(p.ack('a', 0, 0, 'ACCEPT')).toBe(null);
  });
  test('acknowledging what lies before the start offset means nothing; what nobody fetched is not known', () => {
    const p = sharePartition();
    expect(p.ack('a', 0, 0, 'ACCEPT')).toBe('INVALID_RECORD_STATE');
    p.fetch('a', 500, 'batch_optimized', 1);
    p.ack('a', 0, 4, 'REJECT');
    expect([p.ack('b', 0, 4, 'ACCEPT'), p.ack('b', 3, 5, 'ACCEPT'), p.ack('a', 3, 5, 'ACCEPT'), p.window()]).toEqual([null, 'INVALID_RECORD_STATE', null, '6..9']);
  });
  test('of an acknowledgement that is refused, nothing is done', () => {
    const p = sharePartition();
    p.fetch('a', 500, 'batch_optimized', 1);
    p.fetch('b', 500, 'batch_optimized', 1);
    expect(
      p.it.acknowledge('a', [
        { first: 0, last: 9, types: ['ACCEPT'] },
        { first: 10, last: 19, types: ['ACCEPT'] },
      ]),
    ).toBe('INVALID_RECORD_STATE');
    expect([p.window(), p.events]).toEqual(['0..19', []]);
  });
  test(groupRule('session-close'), () => {
    const p = sharePartition();
    p.fetch('a', 500, 'batch_optimized', 1);
    p.fetch('b', 500, 'batch_optimized', 1);
    p.it.release('a');
    expect([p.fetch('c', 500, 'batch_optimized', 1), p.events[0]]).toEqual(['0-9×2', { kind: 'available', offset: 0, because: 'session-closed' }]);
  });
});

describe('start and end offset', () => {
  test(groupRule('spso'), () => {
    const p = sharePartition();
    p.fetch('a');
    p.ack('a', 1, 5, 'ACCEPT');
    expect(p.window()).toBe('0..29');
    p.ack('a', 0, 0, 'REJECT');
    expect(p.window()).toBe('6..29');
  });
  test(groupRule('record-locks'), () => {
    const p = sharePartition({ 'group.share.partition.max.record.locks': 30 });
    p.fetch('a');
    expect([p.it.canAcquire(), p.fetch('b')]).toEqual([false, '']);
    p.ack('a', 7, 8, 'RELEASE');
    expect([p.it.canAcquire(), p.fetch('b')]).toEqual([true, '7-8×2']);
    p.ack('a', 0, 6, 'ACCEPT');
    expect([p.it.canAcquire(), p.fetch('b')]).toEqual([true, '30-39×1']);
  });
  test(groupRule('out-of-order'), () => {
    const p = sharePartition();
    p.fetch('a', 500, 'batch_optimized', 1);
    p.fetch('a', 500, 'batch_optimized', 1);
    p.ack('a', 3, 3, 'RELEASE');
    expect(p.fetch('b', 500, 'batch_optimized', 3)).toBe('3-3×2 20-29×1');
  });
  test(groupRule('log-start'), () => {
    const p = sharePartition();
    p.fetch('a', 500, 'batch_optimized', 1);
    p.ack('a', 2, 2, 'RELEASE');
    p.it.logStart(5);
    expect([p.window(), p.events.at(-1)]).toEqual(['5..9', { kind: 'archived', offset: 2, because: 'log-start' }]);
    expect([p.ack('a', 4, 6, 'ACCEPT'), p.window()]).toEqual([null, '7..9']);
    p.it.logStart(40);
    expect([p.window(), p.it.nextFetchOffset()]).toEqual(['40..39', 40]);
  });
  test('offsets that compaction took away are no obstacle', () => {
    const p = sharePartition();
    expect(p.it.acquire('a', [{ first: 3, last: 4 }], 500, 'batch_optimized')).toEqual([{ first: 3, last: 4, deliveryCount: 1 }]);
    expect(p.it.acquire('a', [{ first: 7, last: 8 }], 500, 'batch_optimized')).toEqual([{ first: 7, last: 8, deliveryCount: 1 }]);
    expect(p.window()).toBe('3..8');
    p.ack('a', 3, 4, 'ACCEPT');
    expect(p.window()).toBe('7..8');
    p.ack('a', 7, 8, 'RELEASE');
    expect(p.it.acquire('a', [{ first: 8, last: 8 }], 500, 'batch_optimized')).toEqual([{ first: 8, last: 8, deliveryCount: 2 }]);
    expect(p.events.at(-1)).toEqual({ kind: 'archived', offset: 7, because: 'gap' });
    expect([p.ack('a', 7, 8, 'ACCEPT'), p.ack('a', 8, 8, 'ACCEPT'), p.window()]).toEqual(['INVALID_RECORD_STATE', null, '9..8']);
  });
});

describe('how much is given out', () => {
  test(groupRule('batch-optimized'), () => {
    const p = sharePartition();
    expect(p.fetch('a', 4)).toBe('0-9×1');
    expect(p.fetch('b', 4, 'record_limit')).toBe('10-13×1');
    expect([p.window(), p.fetch('b', 4, 'record_limit')]).toEqual(['0..19', '14-17×1']);
    expect(p.fetch('b', 4, 'record_limit')).toBe('18-19×1 20-21×1');
  });
  test('what is acquired at once is told in pieces that end where batches of the log do', () => {
    const p = sharePartition({}, { batch: 4, end: 1_000 });
    expect(p.fetch('a', 10, 'batch_optimized', 5)).toBe('0-11×1');
    expect(p.fetch('a', 6, 'batch_optimized', 5)).toBe('12-19×1');
  });
  test(groupRule('isolation'), () => {
    const p = sharePartition({}, { batch: 16, end: 16 });
    for (const count of [1, 2, 3]) {
      expect(p.fetch('a')).toBe(`0-15×${count}`);
      p.ack('a', 0, 15, 'RELEASE');
      if (count === 3) break;
    }
    expect(p.fetch('a')).toBe('0-7×4');
    p.ack('a', 0, 7, 'RELEASE');
    expect([p.fetch('a'), p.fetch('b')]).toEqual(['0-0×5', '1-1×5']);
  });
});

test('a share-partition that is saved and loaded goes on as it was', () => {
  const run = (reload: boolean) => {
    const p = sharePartition({ 'group.share.partition.max.record.locks': 60 }, { batch: 7, end: 400 });
    let seed = 7;
    const dice = (n: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % n;
    };
    const seen: unknown[] = [];
    for (let i = 0; i < 2_000; i++) {
      const member = `m${dice(3)}`;
      const what = dice(10);
      if (what < 4) seen.push(p.fetch(member, 1 + dice(20), dice(2) === 0 ? 'record_limit' : 'batch_optimized', 1 + dice(3)));
      else if (what < 8) {
        const first = p.it.startOffset + dice(30);
        seen.push(p.ack(member, first, first + dice(8), (['ACCEPT', 'RELEASE', 'REJECT', 'RENEW', 'ACCEPT'] as const)[dice(5)] ?? 'ACCEPT'));
      } else if (what === 8) p.clock.ms(dice(20_000));
      else if (dice(4) === 0) p.it.release(member);
      seen.push(p.window());
      if (reload) p.reload();
    }
    return [seen, p.events];
  };
  expect(run(true)).toEqual(run(false));
});
test('every record ends once, as acknowledged or archived, and in no other way', () => {
  const p = sharePartition({}, { batch: 5, end: 200 });
  let seed = 3;
  const dice = (n: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % n;
  };
  for (let i = 0; i < 5_000 && p.it.startOffset < 200; i++) {
    const got = p.fetch(`m${dice(3)}`, 1 + dice(9), 'batch_optimized', 1 + dice(4));
    for (const range of got.split(' ').filter(Boolean)) {
      const [first = 0, last = 0] = (range.split('×')[0] ?? '').split('-').map(Number);
      const holder = p.it.records()[first - p.it.startOffset]?.member ?? '';
      if (dice(5) > 0) p.ack(holder, first, last, (['ACCEPT', 'RELEASE', 'REJECT'] as const)[dice(3)] ?? 'ACCEPT');
    }
    p.clock.ms(dice(9_000));
  }
  const ended = p.events.filter((event) => event.kind !== 'available').map((event) => event.offset);
  expect([...ended].sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i));
});
