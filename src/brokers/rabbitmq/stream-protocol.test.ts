import { describe, expect, test } from 'vitest';
import type { FieldValue } from './events.ts';
import { rule } from './rules.ts';
import { messages, only, server } from './server.test-kit.ts';
import { partitionFor } from './super-stream.ts';

type Server = ReturnType<typeof server>;
const stream = { 'x-queue-type': 'stream' };
const publish = (s: Server, id: number, reference: string | null, name = 's') => s.send(name, { message: id, publishing: { id, reference } });
const subscribe = (s: Server, consumerTag: string, more: { readonly credit?: number; readonly name?: string; readonly singleActive?: boolean; readonly partition?: number; readonly from?: FieldValue; readonly stream?: string } = {}) => {
  const { from = 'first', credit = 10, stream: name = 's', ...rest } = more;
  return s.broker.subscribe('a', 1, { stream: name, consumerTag, credit, arguments: { 'x-stream-offset': from }, ...rest });
};
const alone = { name: 'readers', singleActive: true };
/** Answers what consumers were asked since the last look; who was asked, and to do what. */
function answer(s: Server, from: FieldValue = 'first'): string[] {
  const asked = only(s.events(), 'consumer-update');
  for (const one of asked) s.broker.consumerUpdated('a', 1, { consumerTag: one.consumer, from });
  return asked.map((one) => `${one.consumer} ${one.active ? 'begins' : 'stops'}`);
}

describe('publishing', () => {
  test(rule('stream-deduplication'), () => {
    const s = server();
    s.queue('s', stream);
    for (const id of [1, 3, 3, 2, 4]) publish(s, id, 'shop');
    publish(s, 2, 'other');
    publish(s, 3, null);
    publish(s, 3, null);
    const events = s.events();
    expect(only(events, 'stored').map((one) => one.message)).toEqual([1, 3, 4, 2, 3, 3]);
    expect(only(events, 'duplicate').map((one) => one.id)).toEqual([3, 2]);
    expect(only(events, 'confirm').every((one) => one.ack)).toBe(true);
    expect(only(events, 'confirm')).toHaveLength(8);
  });
  test('A stream forgets the producer that wrote longest ago when there are more than 255.', () => {
    const s = server();
    s.queue('s', stream);
    for (let i = 0; i <= 255; i++) publish(s, 1, `p${i}`);
    publish(s, 1, 'p255');
    publish(s, 1, 'p0');
    expect(only(s.events(), 'duplicate').map((one) => one.reference)).toEqual(['p255']);
  });
  test('What is published to no stream is not confirmed.', () => {
    const s = server();
    s.queue('s');
    publish(s, 1, null);
    publish(s, 2, null, 'nowhere');
    expect(only(s.events(), 'confirm').map((one) => one.because)).toEqual(['rabbitmq.no_stream', 'rabbitmq.no_stream']);
  });
});

describe('subscribing', () => {
  test('A subscription is sent as much as it has credit for, and one more for each message that it is through with.', () => {
    const s = server();
    s.queue('s', stream);
    for (let i = 0; i < 5; i++) publish(s, i, null);
    subscribe(s, 'c', { credit: 2 });
    const first = only(s.events(), 'deliver');
    expect(first.map((one) => one.message)).toEqual([0, 1]);
    s.broker.basicReject('a', 1, { deliveryTag: first[0]?.deliveryTag ?? 0, requeue: false });
    const events = s.events();
    expect(only(events, 'read').map((one) => one.how)).toEqual(['rejected']);
    expect(messages(events, 'c')).toEqual([2]);
  });
  test('A subscription has no acknowledgement timeout.', () => {
    const s = server({ consumer_timeout: 60_000 });
    s.queue('s', stream);
    publish(s, 0, null);
    subscribe(s, 'c');
    s.ms(600_000);
    expect(only(s.events(), 'closed')).toEqual([]);
  });
  test(rule('stream-single-active'), () => {
    const s = server();
    s.queue('s', stream);
    for (let i = 0; i < 3; i++) publish(s, i, null);
    for (const tag of ['c', 'd', 'e']) subscribe(s, tag, alone);
    subscribe(s, 'other', { name: 'more readers', singleActive: true });
    expect(answer(s)).toEqual(['c begins', 'other begins']);
    const events = s.events();
    expect([messages(events, 'c'), messages(events, 'd')]).toEqual([[0, 1, 2], []]);
    s.broker.storeOffset('s', 'readers', 1);
    s.broker.basicCancel('a', 1, 'c');
    expect(answer(s, 2)).toEqual(['d begins']);
    expect(messages(s.events(), 'd')).toEqual([2]);
    s.broker.basicCancel('a', 1, 'e');
    expect(answer(s)).toEqual([]);
  });
  test('Before 3.11 every consumer of a name reads.', () => {
    const s = server({ version: '3.10.8' });
    s.queue('s', stream);
    publish(s, 0, null);
    for (const tag of ['c', 'd']) subscribe(s, tag, alone);
    const events = s.events();
    expect([messages(events, 'c'), messages(events, 'd')]).toEqual([[0], [0]]);
  });
});

describe('super streams', () => {
  test(rule('super-stream-single-active'), () => {
    const s = server();
    for (const partition of [0, 1]) s.queue(`s-${partition}`, stream);
    const join = (client: string) => [0, 1].forEach((partition) => subscribe(s, `${client}${partition}`, { ...alone, stream: `s-${partition}`, partition }));
    join('c');
    expect(answer(s)).toEqual(['c0 begins', 'c1 begins']);
    join('d');
    expect(answer(s)).toEqual(['c1 stops']);
    publish(s, 7, null, 's-1');
    expect(answer(s)).toEqual(['d1 begins']);
    expect(messages(s.events(), 'd1')).toEqual([7]);
    for (const partition of [0, 1]) s.broker.basicCancel('a', 1, `c${partition}`);
    expect(answer(s)).toEqual(['d0 begins']);
  });
  test(rule('super-stream'), () => {
    const spread = Array.from({ length: 300 }, (_, i) => partitionFor(`key ${i}`, 3, 'hash'));
    for (const partition of [0, 1, 2]) expect(spread.filter((one) => one === partition).length).toBeGreaterThan(70);
    // MurmurHash3 with the clients' seed 104729, of which the remainder is taken without a sign.
    expect(['hello1', 'hello2', 'hello3', 'hello10', 'hello88', 'hello100'].map((key) => partitionFor(key, 3, 'hash'))).toEqual([1, 0, 1, 2, 1, 1]);
    expect(['0', '2', '3', '01', 'x'].map((key) => partitionFor(key, 3, 'key'))).toEqual([0, 2, undefined, undefined, undefined]);
  });
});
