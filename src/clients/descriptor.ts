/** Producers and consumers as the document, the palette and the inspector know them. Their words for what went wrong are here too. */
import { micros } from '../base/time.ts';
import type { NodeDescriptor, RoomDescriptor } from '../scenario/descriptor.ts';
import type { Applies, Field, Fields } from '../scenario/fields.ts';

const live: Applies = { how: 'live' };
const restart: Applies = { how: 'reconnect', says: 'Instances beyond the new number leave and give back what they hold; new ones connect.' };
const HOUR = 3600e6;
const span = (help: string, fallback: string, more: Partial<Field> = {}): Field => ({ type: 'duration', min: 0, max: HOUR, default: fallback, help, applies: live, ...more }) as Field;

const backoff = (wait: string, longest: string): Fields => ({
  base: span('Wait before the first retry.', wait),
  factor: { type: 'number', min: 1, max: 10, default: 2, help: 'Each further wait is this many times as long.', applies: live },
  max: span('No wait is longer than this.', longest),
  jitter: { type: 'number', min: 0, max: 1, default: 0, help: 'Share of each wait that is drawn at random, so that many clients do not come back at once; 1 is "full jitter".', applies: live },
});

type Config = Readonly<Record<string, unknown>>;
const of = (config: Config, name: string): Config => (config[name] ?? {}) as Config;
const count = (config: Config, name: string, fallback: number): number => (typeof config[name] === 'number' ? (config[name] as number) : fallback);
const rounded = (n: number) => Number(n.toPrecision(3));

function burstRate(config: Config): number {
  const burst = of(config, 'burst');
  const every = typeof burst['every'] === 'string' ? burst['every'] : '10s';
  return (count(burst, 'size', 100) * 1e6) / Math.max(1, micros(every));
}
function arrivalsBadge(config: Config): string {
  const rate = rounded(count(config, 'rate', 10));
  switch (config['arrivals']) {
    case 'by-hand':
      return 'by hand';
    case 'bursts':
      return `${count(of(config, 'burst'), 'size', 100)} every ${String(of(config, 'burst')['every'] ?? '10s')}`;
    case 'ramp':
      return `${rate} → ${rounded(count(of(config, 'ramp'), 'to', 100))}/s`;
    case 'on-off':
      return `${rate}/s on and off`;
    default:
      return `${rate}/s`;
  }
}

const producer: NodeDescriptor = {
  kind: 'producer',
  title: 'Producer',
  about: 'Makes messages and publishes each on every publish wire.',
  family: 'producer',
  stem: 'producer',
  badge: arrivalsBadge,
  load: (config) => {
    if (config['arrivals'] === 'by-hand') return 0;
    if (config['arrivals'] === 'bursts') return burstRate(config);
    const rate = count(config, 'rate', 10);
    return config['arrivals'] === 'ramp' ? Math.max(rate, count(of(config, 'ramp'), 'to', 100)) : rate;
  },
  actions: ['send', 'burst', 'poison', 'unpoison'],
  fields: {
    rate: { type: 'number', min: 0, max: 100_000, default: 10, unit: '/s', help: 'Messages a second; of a ramp, where it begins.', applies: live, group: 'Arrivals', when: { field: 'arrivals', is: ['constant', 'poisson', 'on-off', 'ramp'] } },
    arrivals: {
      type: 'choice',
      options: ['constant', 'poisson', 'bursts', 'on-off', 'ramp', 'by-hand'],
      default: 'constant',
      help: 'When the next message comes: evenly, at random as independent people would, many at once, on and off, faster and faster, or only when somebody sends one.',
      applies: live,
      group: 'Arrivals',
    },
    burst: {
      type: 'record',
      help: 'So many messages at once, every so often.',
      applies: live,
      group: 'Arrivals',
      when: { field: 'arrivals', is: ['bursts'] },
      fields: {
        size: { type: 'integer', min: 1, max: 100_000, default: 100, help: 'Messages in one burst.', applies: live },
        every: span('From the start of one burst to the start of the next.', '10s', { min: 1000 }),
      },
    },
    onOff: {
      type: 'record',
      label: 'on / off',
      help: 'The rate while on, nothing while off.',
      applies: live,
      group: 'Arrivals',
      when: { field: 'arrivals', is: ['on-off'] },
      fields: { on: span('How long messages come.', '5s', { min: 1000 }), off: span('How long none come.', '5s') },
    },
    ramp: {
      type: 'record',
      help: 'The rate grows or falls evenly, then stays.',
      applies: live,
      group: 'Arrivals',
      when: { field: 'arrivals', is: ['ramp'] },
      fields: {
        to: { type: 'number', min: 0, max: 100_000, default: 100, unit: '/s', help: 'The rate at its end.', applies: live },
        over: span('How long it takes.', '30s', { min: 1000 }),
      },
    },
    limit: { type: 'integer', min: 0, max: 1_000_000_000, optional: true, help: 'Messages in all; left out, there is no end.', applies: live, group: 'Arrivals' },
    keys: {
      type: 'record',
      help: 'What messages are about: orders of one customer, readings of one sensor. Order matters within a key.',
      applies: live,
      group: 'Messages',
      fields: {
        count: { type: 'integer', min: 1, max: 100_000, default: 20, help: 'How many different keys there are.', applies: live },
        skew: { type: 'number', min: 0, max: 3, default: 0, help: 'How unevenly they are used (Zipf): 0 = all alike, 1 = the first key twice as often as the second, three times as often as the third.', applies: live },
      },
    },
    size: { type: 'integer', min: 0, max: 16_777_216, default: 512, unit: 'bytes', help: 'Body of a message.', applies: live, group: 'Messages' },
    priority: { type: 'integer', min: 0, max: 255, optional: true, help: 'Priority that the messages carry; it counts where a queue knows priorities.', applies: live, group: 'Messages' },
    pushback: {
      type: 'choice',
      options: ['block', 'buffer', 'drop'],
      default: 'block',
      help: 'What it does while the broker takes no more: wait and make no new messages, keep them in memory up to a limit, or throw new ones away.',
      applies: live,
      group: 'When the broker says no',
    },
    bufferLimit: { type: 'integer', min: 1, max: 1_000_000, default: 1000, label: 'buffer', help: 'Messages kept in memory at most; what comes after is thrown away.', applies: live, group: 'When the broker says no', when: { field: 'pushback', is: ['buffer'] } },
    retry: {
      type: 'record',
      help: 'What it does about a refusal, or when no answer comes. Publishing again after silence is how duplicates are born.',
      applies: live,
      group: 'When the broker says no',
      fields: {
        attempts: { type: 'integer', min: 0, max: 1000, default: 0, help: 'Further attempts after the first; 0 = never tries again.', applies: live },
        timeout: span('Silence after which an attempt counts as failed; 0s = waits for ever.', '0s'),
        ...backoff('100ms', '30s'),
      },
    },
  },
};

const consumer: NodeDescriptor = {
  kind: 'consumer',
  title: 'Consumer',
  about: 'Instances that take messages, work on them, apply an effect and settle.',
  family: 'consumer',
  stem: 'consumer',
  badge: (config) => {
    const instances = count(config, 'instances', 1);
    const concurrency = count(config, 'concurrency', 1);
    const size = concurrency === 1 ? `${instances} instance${instances === 1 ? '' : 's'}` : `${instances} × ${concurrency}`;
    return config['idempotency'] === 'inbox' ? `${size}, inbox` : config['idempotency'] === 'id-window' ? `${size}, id window` : size;
  },
  // Instances beyond these are summed up in its gauges; the last lane is what went through lately.
  shape: (c) => ({ lanes: Math.min(6, typeof c['instances'] === 'number' ? c['instances'] : 1) + 1, labels: 44, width: 246 }),
  actions: ['crash', 'shut-down', 'crash-before-effect', 'crash-after-effect', 'crash-before-settle', 'crash-after-settle', 'restart', 'slow', 'normal-speed', 'outage', 'outage-ends', 'poison', 'unpoison', 'lose-next-ack'],
  fields: {
    instances: { type: 'integer', min: 1, max: 64, default: 1, help: 'Processes that read side by side, each with its own connection.', applies: restart, group: 'Work' },
    concurrency: { type: 'integer', min: 1, max: 256, default: 1, help: 'Messages that one instance works on at the same time. More than 1 gives up order.', applies: live, group: 'Work' },
    serviceTime: { type: 'spread', default: '50ms', label: 'service time', help: 'How long the work on one message takes.', applies: live, group: 'Work' },
    effectAt: { type: 'number', min: 0, max: 1, default: 1, label: 'effect at', help: 'Share of the service time after which the effect (the charge, the mail, the row) is applied.', applies: live, group: 'Work' },
    failures: {
      type: 'record',
      help: 'Work that fails by itself.',
      applies: live,
      group: 'Failures',
      fields: { rate: { type: 'number', min: 0, max: 1, default: 0, help: 'Share of attempts that fail, drawn anew each time.', applies: live } },
    },
    onFailure: {
      type: 'choice',
      options: ['requeue', 'reject', 'retry-in-place'],
      default: 'requeue',
      label: 'on failure',
      help: 'Give the message back to be delivered again, give it up (where it may be dead-lettered), or try again here and give it up at last.',
      applies: live,
      group: 'Failures',
    },
    retry: {
      type: 'record',
      help: 'Retries in place; the message stays held meanwhile.',
      applies: live,
      group: 'Failures',
      when: { field: 'onFailure', is: ['retry-in-place'] },
      fields: { attempts: { type: 'integer', min: 0, max: 1000, default: 3, help: 'Further attempts after the first.', applies: live }, ...backoff('100ms', '30s') },
    },
    idempotency: {
      type: 'choice',
      options: ['none', 'id-window', 'inbox'],
      default: 'none',
      help: 'What it remembers: nothing, the last ids (written after the work), or every id in the same transaction as the effect.',
      applies: live,
      group: 'Duplicates',
    },
    window: { type: 'integer', min: 1, max: 200_000, default: 1000, help: 'Ids that the window remembers; an older duplicate passes.', applies: live, group: 'Duplicates', when: { field: 'idempotency', is: ['id-window'] } },
    restartAfter: { type: 'duration', min: 0, max: 24 * HOUR, optional: true, label: 'restart after', help: 'A crashed instance comes back by itself after this long; left out, it stays down until somebody restarts it.', applies: live, group: 'Failures' },
  },
};

export const clients: RoomDescriptor = {
  id: 'clients',
  title: 'Clients',
  nodes: [producer, consumer],
  links: [],
  derived: [],
  whyNot: [
    { from: 'producer', to: 'producer', says: 'A producer does not publish to a producer: put a broker between them.' },
    { from: 'producer', to: 'consumer', says: 'A producer does not reach a consumer directly: put a broker between them.' },
    { from: 'consumer', to: '*', says: 'A consumer is where messages end: it publishes nothing.' },
    { from: '*', to: 'producer', says: 'A producer is where messages begin: nothing leads into it.' },
  ],
  doubts: (doc) => [
    ...doc.nodes.filter((n) => n.kind === 'producer' && !doc.links.some((l) => l.from === n.id)).map((n) => ({ on: n.id, says: 'publishes nowhere: it has no wire to a broker' })),
    ...doc.nodes.filter((n) => n.kind === 'consumer' && !doc.links.some((l) => l.to === n.id)).map((n) => ({ on: n.id, says: 'reads nothing: no wire leads to it' })),
  ],
  actions: [],
  reasons: {
    'clients.killed': { says: 'the instance was killed' },
    'clients.shut_down': { says: 'the instance was shut down' },
    'clients.crash_before_effect': { says: 'the instance crashed before the effect was applied' },
    'clients.crash_after_effect': { says: 'the instance crashed after the effect was applied and before it settled' },
    'clients.crash_before_settle': { says: 'the instance crashed when the work was done and not yet settled' },
    'clients.crash_after_settle': { says: 'the instance crashed right after it had settled' },
    'clients.failed': { says: 'the work failed' },
    'clients.poison': { says: 'the work fails on this message every time' },
    'clients.dependency_down': { says: 'what the consumer depends on was down' },
    'clients.inbox': { says: 'the id was already in the inbox' },
    'clients.id_window': { says: 'the id was still in the window' },
    'clients.buffer_full': { says: "the producer's buffer was full" },
    'clients.no_room': { says: 'the broker took no more and the producer does not wait' },
    'clients.redelivered': { says: 'the same copy was delivered again' },
    'clients.sent_twice': { says: 'the producer published it again because it did not know whether the first attempt had arrived' },
    'clients.settled_before_effect': { says: 'the broker was told that it was done before its effect was applied' },
    'clients.settled_without_effect': { says: 'the broker was told that it was done, and no effect was ever applied' },
    'clients.different_ways': { says: 'the two took different ways to the consumer' },
    'clients.different_lanes': { says: 'messages of the key lie in two partitions, and each is read at its own pace' },
    'clients.written_late': { says: 'it had come to the broker after the other one' },
    'clients.handed_over_late': { says: 'the broker handed it over after the other one, although it had come earlier' },
    'clients.concurrent_slots': { says: 'one instance works on several messages of the key at the same time' },
    'clients.concurrent_instances': { says: 'several instances work on messages of the key at the same time' },
    'clients.saturated': { says: 'more comes in than the consumers can work off' },
    'clients.idle': { says: 'messages wait while an instance has nothing to do' },
    'clients.prefetched_by_others': { says: 'what waits is held in the prefetch buffers of other instances' },
    'clients.goes_on': { says: 'the pushback has not ended' },
    'clients.late': { says: 'messages take longer from being made to taking effect than the limit allows' },
    'custody.illegal': { says: 'the broker model broke its own rules; this is a fault of Tailrace' },
    'custody.promise': { says: 'fewer copies came to be than the broker model announced; this is a fault of Tailrace' },
    'custody.census': { says: "the broker model's count differs from what it told; this is a fault of Tailrace" },
    'fault.nothing_there': { says: 'there was nothing there to act upon' },
  },
  remedies: {
    'effect-once': { says: 'Keep processed ids in an inbox, in the same transaction as the effect.', edit: { field: 'idempotency', value: 'inbox' } },
    'delivered-once': { says: 'Delivery more than once is normal for at-least-once brokers: make the effect idempotent.', edit: { field: 'idempotency', value: 'inbox' } },
    order: { says: 'Let one slot of one instance work on the messages of a key at a time.', edit: { field: 'concurrency', value: 1 } },
    'growing-depth': { says: 'Add instances or concurrency, make the work faster, or let fewer messages in.' },
    'idle-consumer': { says: 'Lower the prefetch so that waiting messages go to whoever is free.' },
    'prefetch-hogging': { says: 'Lower the prefetch so that waiting messages go to whoever is free.' },
    'poison-loop': { says: 'Give up a message after a few attempts and set it aside.', edit: { field: 'onFailure', value: 'reject' } },
    backpressure: { says: 'See what fills the broker: slow the source, or make its consumers faster. A buffer only puts it off.' },
    latency: { says: 'Look for where messages wait: more instances shorten the queue, not the work.' },
  },
  simplifications: [
    'A producer publishes a message on all of its publish wires at the same instant.',
    'All instances of a consumer share one store of processed ids; writing to it takes no time.',
    'Work is not slowed down by other work on the same instance: service times do not depend on concurrency.',
    'Messages have a size but no content; headers and routing keys come from the wire.',
  ],
};
