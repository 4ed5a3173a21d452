import { expect, test } from 'vitest';
import { RabbitBroker } from './broker.ts';
import type { RabbitEvent, Version } from './events.ts';
import { VirtualClock } from '../virtual-clock.ts';

/** A small seeded generator: the same sequence in every run. */
function dice(seed: number) {
  let state = seed >>> 0;
  return (n: number) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return (state >>> 4) % n;
  };
}
const nodes = ['n1', 'n2', 'n3'];
const connections = ['k0', 'k1', 'k2'];
const queues = ['c1', 's1', 's2'];

function world(version: Version) {
  const clock = new VirtualClock();
  let broker = new RabbitBroker(clock, { version, nodes });
  clock.attach((name, ref) => broker.timer(name, ref));
  const connect = (name: string, node: string) => {
    broker.connect(name, { node });
    for (const channel of [1, 2]) broker.openChannel(name, channel);
  };
  const declare = () => {
    connect('admin', nodes.find((node) => !broker.connect('probe', { node }).refused) ?? 'n1');
    const stream = { 'x-queue-type': 'stream' };
    broker.queueDeclare('admin', 1, { queue: 'c1', arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 's1', 'x-max-length': 4 } });
    broker.queueDeclare('admin', 1, { queue: 's1', arguments: { ...stream, 'x-stream-max-segment-size-bytes': 900, 'x-max-length-bytes': 4000 } });
    broker.queueDeclare('admin', 1, { queue: 's2', arguments: { ...stream, 'x-stream-max-segment-size-bytes': 500, 'x-max-age': '1s', 'x-initial-cluster-size': 1 } });
    for (const queue of queues) broker.queueBind('admin', 1, { exchange: 'amq.fanout', queue });
  };
  for (const [i, name] of connections.entries()) connect(name, nodes[i] ?? 'n1');
  declare();
  return {
    clock,
    connect,
    declare,
    get broker() {
      return broker;
    },
    reload() {
      const saved: unknown = structuredClone(broker.save());
      broker = new RabbitBroker(clock, { version, nodes });
      broker.load(saved);
    },
  };
}

function step(place: ReturnType<typeof world>, version: Version, roll: (n: number) => number, message: number) {
  const { broker } = place;
  const on = [connections[roll(3)] ?? 'k0', 1 + roll(2)] as const;
  const queue = queues[roll(3)] ?? 'c1';
  if (broker.basicQos(...on, { prefetchCount: 1 + roll(3) }).refused) place.connect(on[0], nodes[roll(3)] ?? 'n1');
  switch (roll(12)) {
    case 0:
    case 1: {
      const filter = roll(4) === 0 ? { 'x-stream-filter': 'f1', 'x-stream-match-unfiltered': roll(2) === 0 } : {};
      const from = ['first', 'last', 'next', roll(40), '1s'][roll(5)] ?? 'next';
      broker.basicConsume(...on, { queue, consumerTag: `t${message}`, arguments: queue === 'c1' ? {} : { 'x-stream-offset': from, ...filter } });
      break;
    }
    case 2: {
      const view = broker.queues().find((one) => one.queue === queue)?.consumers[0];
      if (view !== undefined && roll(2) === 0) broker.basicCancel(view.connection, view.channel, view.consumer);
      break;
    }
    case 3:
    case 4:
    case 5: {
      const held = broker.peek(queue, 4).unacked;
      const one = held[roll(Math.max(1, held.length))];
      if (one === undefined) break;
      const args = { deliveryTag: one.deliveryTag, multiple: roll(3) === 0, requeue: roll(2) === 0 };
      if (version === '3.10.8' || roll(2) === 0) broker.basicAck(one.connection, one.channel, args);
      else broker.basicNack(one.connection, one.channel, args);
      break;
    }
    case 6:
      place.clock.advance(roll(700_000));
      break;
    case 7:
      if (roll(5) === 0) place.connect(on[0], nodes[roll(3)] ?? 'n1');
      else if (roll(4) === 0) broker.closeChannel(...on);
      else broker.openChannel(...on);
      break;
    case 8:
      if (roll(6) === 0) broker.stopNode(nodes[roll(3)] ?? 'n1');
      else for (const node of nodes) broker.startNode(node);
      break;
    case 9:
      if (roll(8) === 0) broker.queueDelete(...on, { queue });
      else if (roll(4) === 0) broker.setPolicy({ name: 'p', pattern: '^s1', definition: { 'max-length-bytes': 1000 * (1 + roll(5)) } });
      place.declare();
      break;
    default:
      broker.confirmSelect(...on);
      broker.publish(...on, { exchange: roll(3) === 0 ? 'amq.fanout' : '', routingKey: queue, message, size: roll(400), headers: roll(3) === 0 ? { 'x-stream-filter-value': `f${roll(3)}` } : {} });
  }
}

interface Ledger {
  readonly kept: Set<number>;
  /** Each consumer's last offset. */
  readonly read: Map<string, number>;
  stored: number;
  delivered: number;
}
function book(ledger: Ledger, event: RabbitEvent) {
  if (event.kind === 'stored') {
    ledger.kept.add(event.copy);
    ledger.stored++;
  } else if (event.kind === 'truncated') for (const copy of event.copies) expect(ledger.kept.delete(copy)).toBe(true);
  else if (event.kind === 'deliver' && event.queue !== 'c1') {
    const offset = Number(event.headers['x-stream-offset']);
    expect(event.redelivered).toBe(false);
    expect(offset).toBeGreaterThan(ledger.read.get(event.consumer) ?? -1);
    ledger.read.set(event.consumer, offset);
    ledger.delivered++;
  }
}

const open = (): Ledger => ({ kept: new Set(), read: new Map(), stored: 0, delivered: 0 });

for (const version of ['3.10.8', '4.0.5', '4.3'] satisfies Version[]) {
  test(`What a stream has stored it keeps until it is truncated, and each reader gets it in order, once, within its prefetch (${version})`, () => {
    const total = open();
    for (let seed = 1; seed <= 8; seed++) {
      const place = world(version);
      const roll = dice(seed * 7919);
      const ledger = open();
      for (let i = 0; i < 500; i++) {
        step(place, version, roll, i);
        for (const event of place.broker.out.splice(0)) book(ledger, event);
        expect(
          place.broker
            .census()
            .flatMap((row) => row.retained)
            .sort((a, b) => a - b),
        ).toEqual([...ledger.kept].sort((a, b) => a - b));
        for (const view of place.broker.queues()) for (const one of view.consumers) if (view.type === 'stream') expect(one.unacked).toBeLessThanOrEqual(one.prefetch);
      }
      total.stored += ledger.stored;
      total.delivered += ledger.delivered;
    }
    expect(total.stored).toBeGreaterThan(400);
    expect(total.delivered).toBeGreaterThan(400);
  });

  test(`A server with streams that is saved and loaded goes on as if nothing had happened (${version})`, () => {
    const run = (reloads: boolean) => {
      const place = world(version);
      const roll = dice(104_729);
      const story: string[] = [];
      for (let i = 0; i < 400; i++) {
        step(place, version, roll, i);
        for (const event of place.broker.out.splice(0)) story.push(JSON.stringify(event));
        if (reloads) place.reload();
      }
      return story;
    };
    expect(run(true)).toEqual(run(false));
  });
}
