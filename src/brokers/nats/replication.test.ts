/** Streams and consumers on several servers. */
import { describe, expect, test } from 'vitest';
import { cluster } from './replication.test-kit.ts';
import { rule } from './rules.ts';
import { seconds, server } from './server.test-kit.ts';

describe('a stream on three servers', () => {
  test(rule('majority'), () => {
    const s = cluster({}, { route: 2000 });
    s.stop(2);
    s.say(1);
    s.ms(3);
    expect([s.answers(), s.kept()]).toEqual([[], []]);
    s.ms(1);
    expect([s.answers(), s.kept()]).toEqual([['1:1'], [1]]);
    s.stop(1);
    s.say(2);
    s.ms(5000);
    expect([s.answers(), s.kept()]).toEqual([[], [1]]);
  });
  test(rule('election'), () => {
    const s = cluster();
    s.say(1);
    s.ms(500);
    s.stop(0);
    s.ms(3000);
    s.say(2);
    // Heard of 0.5 s before it was gone, and 4 s drawn.
    s.ms(490);
    expect([s.answers(), s.leader()]).toEqual([['1:1', '2:503'], -1]);
    s.ms(20);
    s.say(3);
    s.ms(10);
    expect([s.answers(), s.leader(), s.kept()]).toEqual([['3:2'], 1, [1, 3]]);
    expect(s.events('leader').filter(({ stream, consumer }) => stream === 'S' && consumer === '')).toEqual([
      { kind: 'leader', stream: 'S', consumer: '', server: -1 },
      { kind: 'leader', stream: 'S', consumer: '', server: 1 },
    ]);
  });
  test(rule('longest-log'), () => {
    // The server that was away draws the shortest timeouts of all, and stands in vain.
    const s = cluster({}, { pick: (n) => (s.nats.cluster.servers[0]?.up === false ? (draws.shift() ?? 0) % n : 0) });
    const draws = [3_000_000, 0, 0, 3_000_000];
    s.stop(2);
    s.say(1);
    s.ms(100);
    s.stop(0);
    s.start(2);
    s.ms(20_000);
    expect([s.leader(), s.kept()]).toEqual([1, [1]]);
  });
  test(rule('no-quorum'), () => {
    const s = cluster();
    s.ms(1000);
    s.stop(1, 2);
    s.say(1);
    s.ms(18_900);
    s.say(2);
    expect([s.answers(), s.leader()]).toEqual([[], 0]);
    // The tenth second after they were gone has passed; the check is at 20 s.
    s.ms(200);
    s.say(3);
    expect([s.answers(), s.leader()]).toEqual([['3:503'], -1]);
  });
  test(rule('stored-late'), () => {
    const s = cluster();
    s.stop(1, 2);
    s.say(1);
    s.ms(25_000);
    s.start(1);
    s.ms(10_000);
    expect([s.answers(), s.leader(), s.kept()]).toEqual([['1:1'], 0, [1]]);
  });
  test(rule('never-stored'), () => {
    const s = cluster({}, { route: 2000 });
    s.say(1);
    s.ms(1);
    s.stop(0);
    s.ms(10_000);
    s.say(2);
    s.ms(10);
    expect([s.answers(), s.kept()]).toEqual([['2:1'], [2]]);
    s.start(0);
    s.ms(2000);
    expect([s.answers(), s.kept(), s.events('abandoned').map(({ message }) => message)]).toEqual([[], [2], [1]]);
  });
  test('what has reached a follower is stored, although its publisher heard nothing in time', () => {
    const s = cluster({}, { route: 2000 });
    s.say(1);
    s.ms(3);
    s.stop(0);
    s.ms(10_000);
    expect(s.kept()).toEqual([1]);
  });
  test.each([
    ['2.10.27', ['1:0 again', '1:1']],
    ['2.14.5', ['1:10158', '1:1']],
    ['2.9.10', ['1:1', '1:1 again']],
  ] as const)(`${rule('id-in-process')} %s`, (version, answers) => {
    const s = cluster({}, { version });
    s.say(1, 'one');
    s.say(1, 'one');
    s.ms(10);
    s.say(1, 'one');
    s.ms(10);
    expect([s.answers(), s.kept()]).toEqual([[...answers, '1:1 again'], [1]]);
  });
  test(rule('catch-up'), () => {
    const s = cluster();
    s.stop(2);
    s.say(1);
    s.ms(500);
    s.start(2);
    s.stop(1);
    s.say(2);
    s.ms(499);
    expect([s.answers(), s.kept()]).toEqual([['1:1'], [1]]);
    s.ms(10);
    expect([s.answers(), s.kept()]).toEqual([['2:2'], [1, 2]]);
  });
});

describe('power', () => {
  test(rule('power-one'), () => {
    const s = cluster();
    s.nats.syncServers();
    s.say(1);
    s.ms(10);
    s.cut(0);
    s.ms(10_000);
    s.start(0);
    s.ms(10_000);
    expect([s.kept(), s.events('restored')]).toEqual([[1], []]);
  });
  test(rule('power-majority'), () => {
    const draws: number[] = [];
    const s = cluster({}, { pick: () => draws.shift() ?? 0 });
    s.say(1);
    s.ms(10);
    s.nats.syncServers();
    s.say(2);
    s.ms(10);
    expect(s.answers()).toEqual(['1:1', '2:2']);
    const again = (thirdStands: number) => {
      s.cut(0, 1);
      draws.push(0, thirdStands, 0, thirdStands);
      s.start(0, 1);
      s.ms(12_000);
      return [s.leader(), s.kept(), s.events('restored').length];
    };
    // The third has it all: nothing is lost when it stands first, and the others follow it.
    expect(again(0)).toEqual([2, [1, 2], 0]);
    s.nats.stopServer(2);
    s.ms(12_000);
    s.start(2);
    s.ms(2000);
    s.say(3);
    s.ms(10);
    // When one of the others does, the two of them are a majority.
    expect(again(8_000_000)).toEqual([0, [1], 1]);
    s.say(4);
    s.ms(2000);
    expect([s.answers(), s.kept()]).toEqual([
      ['3:3', '4:2'],
      [1, 4],
    ]);
  });
  test('what was synced and what a killed process had written outlive it', () => {
    const s = cluster();
    s.say(1);
    s.ms(10);
    s.stop(0, 1, 2);
    s.start(0, 1, 2);
    s.ms(10_000);
    expect(s.kept()).toEqual([1]);
    s.nats.syncServers();
    s.cut(0, 1, 2);
    s.start(0, 1, 2);
    s.ms(10_000);
    expect(s.kept()).toEqual([1]);
  });
  test('a memory stream outlives a server, but not all', () => {
    const s = cluster({ storage: 'memory' });
    s.say(1);
    s.ms(10);
    s.stop(0);
    s.ms(10_000);
    s.start(0);
    s.ms(2000);
    expect(s.kept()).toEqual([1]);
    s.stop(0, 1, 2);
    s.start(0, 1, 2);
    s.ms(10_000);
    expect(s.kept()).toEqual([]);
  });
  test(rule('one-replica'), () => {
    const s = cluster({ num_replicas: 1 });
    s.say(1);
    s.nats.syncServers();
    s.say(2);
    s.stop(0);
    s.say(3);
    s.ms(60_000);
    s.start(0);
    expect([s.answers(), s.kept()]).toEqual([
      ['1:1', '2:2', '3:503'],
      [1, 2],
    ]);
    s.cut(0);
    s.start(0);
    expect(s.kept()).toEqual([1]);
  });
});

describe('consumers and the cluster', () => {
  test(rule('leadership-change'), () => {
    const s = cluster();
    s.consumer({ ack_wait: seconds(60) });
    s.say(1);
    s.ms(10);
    s.pull();
    const waits = s.pull({ expires: seconds(60) });
    s.stop(0);
    s.say(2);
    s.ms(3000);
    const away = s.pull({ expires: seconds(60) });
    expect([s.heard(waits), s.heard(away)]).toEqual([[], ['503']]);
    s.ms(3000);
    expect([s.heard(waits), s.info().num_ack_pending]).toEqual([['409 Leadership Change'], 1]);
    s.say(3);
    const next = s.pull({ expires: seconds(60) });
    s.ms(10);
    expect(s.heard(next)).toEqual(['3']);
  });
  test('an ack that finds no leader is lost, and the message comes again', () => {
    const s = cluster();
    s.consumer({ ack_wait: seconds(8) });
    s.say(1);
    s.ms(10);
    s.pull();
    s.stop(0);
    s.say(1 + 1);
    s.nats.ack('a', { subject: s.events('message').find(({ message }) => message === 1)?.reply ?? '', how: 'ack' });
    s.ms(6000);
    const again = s.pull({ expires: seconds(60) });
    s.ms(6000);
    expect(s.heard(again)).toEqual(['1']);
    expect(s.info().num_redelivered).toBe(1);
  });
  test('a consumer whose servers have all lost its stream delivers nothing before the stream is led again', () => {
    const draws: number[] = [];
    const s = cluster({}, { pick: () => draws.shift() ?? 0 });
    s.consumer();
    s.say(1);
    s.ms(10);
    s.cut(0, 1, 2);
    // The consumer has a leader at once, the stream three seconds later.
    draws.push(0, 0, 3_000_000, 3_000_000, 0, 0);
    s.start(0, 1, 2);
    s.ms(1000);
    expect([s.leader(), s.nats.cluster.groups.get(1)?.leader]).toEqual([-1, 0]);
    const early = s.pull({ expires: seconds(60) });
    s.ms(9000);
    const late = s.pull({ expires: seconds(60) });
    s.say(2);
    s.ms(10);
    expect([s.heard(early), s.heard(late), s.kept()]).toEqual([['503'], ['2'], [2]]);
  });
  test(rule('placement'), () => {
    const s = server({ servers: 3 });
    expect(s.stream({ num_replicas: 5 })).toMatchObject({ err_code: 10005, text: 'no suitable peers for placement' });
    s.nats.stopServer(2);
    const make = (of: typeof s, name: string) => of.nats.createStream({ name, subjects: [`${name}.>`], num_replicas: 3 });
    expect(make(s, 'T')).toMatchObject({ config: { num_replicas: 3 } });
    s.ms(151_000);
    expect(make(s, 'U')).toMatchObject({ err_code: 10005, text: 'no suitable peers for placement, peer offline' });
    s.nats.startServer(2);
    expect(make(s, 'U')).toMatchObject({ config: { num_replicas: 3 } });
    const later = server({ servers: 3, version: '2.14.5' });
    later.nats.stopServer(2);
    later.ms(151_000);
    expect(later.stream({ num_replicas: 4 })).toMatchObject({ err_code: 10005, text: 'no suitable peers for placement' });
    expect(later.stream({ num_replicas: 3 })).toMatchObject({ config: { num_replicas: 3 } });
    later.publish('s.a', { message: 1 });
    later.ms(2000);
    later.nats.startServer(2);
    later.ms(2000);
    later.nats.stopServer(1);
    later.publish('s.a', { message: 2 });
    later.ms(10);
    expect(later.kept()).toEqual([1, 2]);
  });
  test(rule('leaderless'), () => {
    const s = cluster({ num_replicas: 1 });
    s.stop(0, 1);
    s.ms(30_000);
    for (const answer of [s.nats.createStream({ name: 'T' }), s.consumer(), s.nats.deleteStream('S')]) expect(answer).toMatchObject({ code: 503, err_code: 10008 });
    s.start(0);
    s.ms(10_000);
    expect(s.nats.createStream({ name: 'T' })).toMatchObject({ config: { name: 'T' } });
  });
  test('more replicas catch up, fewer keep the leader', () => {
    const s = cluster({ num_replicas: 1 });
    s.say(1);
    const update = (num_replicas: number) => s.nats.updateStream({ name: 'S', subjects: ['s.>'], storage: 'file', num_replicas });
    update(3);
    s.ms(2000);
    s.stop(0);
    s.ms(10_000);
    expect([s.leader(), s.kept()]).toEqual([1, [1]]);
    update(1);
    s.stop(2);
    s.say(2);
    expect([s.leader(), s.kept()]).toEqual([1, [1, 2]]);
  });
});
