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
const QUEUES = ['c1', 'c2', 'c3', 'q1', 'q2', 'q3', 'dead', 'qdead'];

function world(version: Version) {
  const clock = new VirtualClock();
  const options = { version, nodes, memory: 200_000_000, consumer_timeout: 90_000, queueIntakeRate: 2000 };
  let broker = new RabbitBroker(clock, options);
  clock.attach((name, ref) => broker.timer(name, ref));
  return {
    clock,
    get broker() {
      return broker;
    },
    reload() {
      const saved: unknown = structuredClone(broker.save());
      broker = new RabbitBroker(clock, options);
      broker.load(saved);
    },
  };
}

function declareAll(broker: RabbitBroker) {
  const dlx = { 'x-dead-letter-exchange': 'dlx' };
  const quorum = { 'x-queue-type': 'quorum' };
  broker.exchangeDeclare('k0', 1, { exchange: 'all', type: 'fanout' });
  broker.exchangeDeclare('k0', 1, { exchange: 'dlx', type: 'topic' });
  const declare = (queue: string, table: Record<string, string | number | boolean>) => broker.queueDeclare('k0', 1, { queue, arguments: table });
  declare('c1', { ...dlx, 'x-max-length': 7 });
  declare('c2', { 'x-message-ttl': 700, ...dlx, 'x-max-priority': 4 });
  declare('c3', { 'x-max-length': 5, 'x-overflow': 'reject-publish-dlx', ...dlx });
  declare('q1', { ...quorum, ...dlx, 'x-delivery-limit': 2 });
  declare('q2', { ...quorum, ...dlx, 'x-overflow': 'reject-publish', 'x-dead-letter-strategy': 'at-least-once', 'x-max-length': 9, 'x-message-ttl': 900 });
  declare('q3', { ...quorum, 'x-single-active-consumer': true, 'x-delivery-limit': -1, 'x-delayed-retry-type': 'all', 'x-delayed-retry-min': 200, 'x-delayed-retry-max': 900 });
  declare('dead', { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'c1', 'x-message-ttl': 400 });
  declare('qdead', { ...quorum, 'x-overflow': 'reject-publish', 'x-max-length': 4 });
  for (const queue of QUEUES.slice(0, 6)) broker.queueBind('k0', 1, { exchange: 'all', queue });
  for (const queue of ['dead', 'qdead']) broker.queueBind('k0', 1, { exchange: 'dlx', queue, routingKey: '#' });
}

interface Ledger {
  readonly open: Set<number>;
  readonly out: Set<number>;
  readonly ended: Set<number>;
}

function book(ledger: Ledger, event: RabbitEvent) {
  switch (event.kind) {
    case 'enqueued':
      expect(ledger.open.has(event.copy) || ledger.ended.has(event.copy)).toBe(false);
      ledger.open.add(event.copy);
      break;
    case 'deliver':
      expect(ledger.open.has(event.copy)).toBe(true);
      expect(ledger.out.has(event.copy)).toBe(false);
      ledger.out.add(event.copy);
      break;
    case 'requeued':
      ledger.out.delete(event.copy);
      break;
    case 'settled':
    case 'expired':
    case 'dropped':
    case 'lost':
    case 'purged':
    case 'dead-lettered':
      expect([event.kind, event.copy, ledger.open.has(event.copy)]).toEqual([event.kind, event.copy, true]);
      ledger.open.delete(event.copy);
      ledger.out.delete(event.copy);
      ledger.ended.add(event.copy);
      break;
    default:
      break;
  }
}

function step(place: ReturnType<typeof world>, roll: (n: number) => number, ref: number) {
  const { broker } = place;
  const connection = `k${roll(4)}`;
  const channel = 1 + roll(2);
  const queue = QUEUES[roll(QUEUES.length)] ?? 'c1';
  const on = [connection, channel] as const;
  switch (roll(22)) {
    case 0:
      broker.connect(connection, { node: nodes[roll(3)] ?? 'n1' });
      for (const number of [1, 2]) broker.openChannel(connection, number);
      break;
    case 1:
      broker.closeChannel(...on);
      broker.openChannel(...on);
      break;
    case 2:
      if (roll(4) === 0) broker.closeConnection(connection);
      break;
    case 3:
      broker.basicQos(...on, { prefetchCount: roll(4), global: roll(8) === 0 });
      break;
    case 4:
    case 5:
      broker.basicConsume(...on, { queue, consumerTag: `t${roll(5)}`, noAck: roll(5) === 0, arguments: { 'x-priority': roll(2) } });
      break;
    case 6:
      broker.basicCancel(...on, `t${roll(5)}`);
      break;
    case 7:
      broker.basicGet(...on, { queue, noAck: roll(2) === 0 });
      break;
    case 8:
    case 9:
    case 10: {
      const tags = broker.peek(queue, 5).unacked;
      const held = tags[roll(Math.max(1, tags.length))];
      if (held === undefined) break;
      const args = { deliveryTag: held.deliveryTag, multiple: roll(3) === 0, requeue: roll(2) === 0 };
      const how = roll(3);
      if (how === 0) broker.basicAck(held.connection, held.channel, args);
      else if (how === 1) broker.basicNack(held.connection, held.channel, args);
      else broker.basicReject(held.connection, held.channel, args);
      break;
    }
    case 11:
      if (roll(3) === 0) broker.basicRecover(...on);
      break;
    case 12:
      if (roll(6) === 0) broker.purge(...on, queue);
      break;
    case 13:
      if (roll(6) === 0) {
        broker.queueDelete(...on, { queue });
        broker.connect('k0');
        broker.openChannel('k0', 1);
        declareAll(broker);
      }
      break;
    case 14:
      place.clock.advance(roll(400_000));
      break;
    case 15:
      if (roll(12) === 0) place.clock.advance(200_000_000);
      break;
    case 16:
      if (roll(6) === 0) broker.stopNode(nodes[roll(3)] ?? 'n1');
      break;
    case 17:
      for (const node of nodes) if (roll(2) === 0) broker.startNode(node);
      break;
    case 18:
      if (roll(4) === 0) broker.setMemoryAlarm(roll(3) === 0);
      else if (roll(5) === 0) broker.setPolicy({ name: 'p', pattern: '^c', definition: { 'max-length': 1 + roll(9) } });
      break;
    default:
      broker.confirmSelect(...on);
      broker.publish(...on, {
        exchange: roll(3) === 0 ? 'all' : '',
        routingKey: queue,
        message: ref,
        size: roll(50),
        persistent: roll(2) === 0,
        priority: roll(7),
        ...(roll(4) === 0 ? { expiration: String(roll(900)) } : {}),
      });
  }
}

function audit(place: ReturnType<typeof world>, ledger: Ledger) {
  for (const event of place.broker.out) book(ledger, event);
  place.broker.out.length = 0;
  const census = place.broker.census();
  const pending = census.flatMap((row) => row.pending);
  const inFlight = census.flatMap((row) => row.inFlight);
  const stored = [...pending, ...inFlight].sort((a, b) => a - b);
  expect(stored).toEqual([...ledger.open].sort((a, b) => a - b));
  for (const row of census) {
    const counts = place.broker.queueCounts(row.queue);
    expect(counts?.unacked).toBe(row.inFlight.length);
    expect(counts?.bytes).toBeGreaterThanOrEqual(0);
  }
  if (stored.length === 0) expect(place.broker.memory()).toBe(100_000_000);
}

for (const version of ['3.10.8', '4.0.5', '4.3'] satisfies Version[]) {
  test(`Every copy ends exactly once or is still there, whatever clients, nodes and clocks do (${version})`, () => {
    let ended = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const place = world(version);
      const roll = dice(seed * 7919);
      for (const name of ['k0', 'k1', 'k2', 'k3']) {
        place.broker.connect(name, { node: nodes[roll(3)] ?? 'n1' });
        for (const number of [1, 2]) place.broker.openChannel(name, number);
      }
      declareAll(place.broker);
      const ledger: Ledger = { open: new Set(), out: new Set(), ended: new Set() };
      for (let i = 0; i < 700; i++) {
        step(place, roll, i);
        audit(place, ledger);
      }
      ended += ledger.ended.size;
    }
    expect(ended).toBeGreaterThan(1500);
  });

  test(`A server that is saved and loaded goes on as if nothing had happened (${version})`, () => {
    for (let seed = 1; seed <= 4; seed++) {
      const run = (reloads: boolean) => {
        const place = world(version);
        const roll = dice(seed * 104_729);
        for (const name of ['k0', 'k1', 'k2', 'k3']) {
          place.broker.connect(name, { node: nodes[roll(3)] ?? 'n1' });
          for (const number of [1, 2]) place.broker.openChannel(name, number);
        }
        declareAll(place.broker);
        const story: string[] = [];
        for (let i = 0; i < 400; i++) {
          step(place, roll, i);
          for (const event of place.broker.out) story.push(JSON.stringify(event));
          place.broker.out.length = 0;
          if (reloads) place.reload();
        }
        return story;
      };
      expect(run(true)).toEqual(run(false));
    }
  });
}
