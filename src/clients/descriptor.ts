/** Producers and consumers, and what can be done to them: as data. Durations and settings are Tailrace's own. */
import type { NodeDescriptor, RoomDescriptor } from '../scenario/descriptor.ts';
import type { Field, Fields } from '../scenario/fields.ts';

const LIVE = { how: 'live' } as const;
const HOUR = 3_600_000_000;
const int = (label: string, help: string, min: number, max: number, fallback?: number, more: Partial<Field> = {}): Field => ({ type: 'integer', label, help, min, max, ...(fallback === undefined ? { optional: true } : { default: fallback }), applies: LIVE, ...more }) as Field;
const num = (label: string, help: string, min: number, max: number, fallback: number, more: Partial<Field> = {}): Field => ({ type: 'number', label, help, min, max, default: fallback, applies: LIVE, ...more }) as Field;
const span = (label: string, help: string, fallback?: string, more: Partial<Field> = {}): Field => ({ type: 'duration', label, help, min: 0, max: HOUR, ...(fallback === undefined ? { optional: true } : { default: fallback }), applies: LIVE, ...more }) as Field;
const choice = (label: string, help: string, options: readonly string[], more: Partial<Field> = {}): Field => ({ type: 'choice', label, help, options, default: options[0] as string, applies: LIVE, ...more }) as Field;
const record = (label: string, help: string, fields: Fields, more: Partial<Field> = {}): Field => ({ type: 'record', label, help, fields, applies: LIVE, ...more }) as Field;

const backoff: Fields = {
  base: span('First wait', 'before the first retry', '100ms'),
  factor: num('Factor', 'each wait is so many times the last', 1, 10, 2),
  max: span('Longest wait', 'the waits grow up to this', '30s'),
  jitter: num('Jitter', 'share of the wait that is drawn at random', 0, 1, 0),
};
const producer: NodeDescriptor = {
  kind: 'producer',
  title: 'Producer',
  about: 'Makes messages and publishes each on every wire that leaves it.',
  family: 'clients',
  stem: 'producer',
  badge: (c) => (c['arrivals'] === 'by-hand' ? 'by hand' : c['arrivals'] === 'bursts' ? 'bursts' : `${c['rate'] ?? 10}/s`),
  actions: ['send', 'burst', 'poison', 'unpoison'],
  fields: {
    rate: num('Rate', 'messages per second; of a ramp, where it begins', 0, 100_000, 10, { unit: '/s' } as Partial<Field>),
    arrivals: choice('Arrivals', 'when the next message comes', ['constant', 'poisson', 'bursts', 'on-off', 'ramp', 'by-hand']),
    burst: record('Bursts', 'so many at once, every so often', { size: int('Size', 'messages at once', 1, 100_000, 100), every: span('Every', 'from burst to burst', '10s') }, { when: { field: 'arrivals', is: ['bursts'] } }),
    onOff: record('On and off', 'the rate while on, nothing while off', { on: span('On', 'producing', '5s'), off: span('Off', 'silent', '5s') }, { when: { field: 'arrivals', is: ['on-off'] } }),
    ramp: record('Ramp', 'the rate changes evenly', { to: num('To', 'messages per second at the end', 0, 100_000, 100), over: span('Over', 'how long it takes', '30s') }, { when: { field: 'arrivals', is: ['ramp'] } }),
    limit: int('Limit', 'messages in all; empty = no end', 1, 10_000_000),
    keys: record('Keys', 'what messages are about: orders, customers, devices', { count: int('Count', 'how many different keys', 1, 100_000, 20), skew: num('Skew', '0 = all alike; 1 and more = few keys have most (Zipf)', 0, 3, 0) }),
    size: int('Size', 'bytes of each body', 0, 16_000_000, 512, { unit: 'bytes' } as Partial<Field>),
    priority: int('Priority', 'of each message, where the broker knows priorities', 0, 255),
    pushback: choice('When there is no room', 'block: produce no more; buffer: keep them up to a limit; drop: let them go', ['block', 'buffer', 'drop']),
    bufferLimit: int('Buffer', 'messages kept while there is no room', 0, 1_000_000, 1000, { when: { field: 'pushback', is: ['buffer'] } }),
    retry: record('Retry', 'after a refusal, or when no confirm comes', { attempts: int('Attempts', 'retries after the first try', 0, 100, 0), timeout: span('Confirm timeout', 'how long to wait for a confirm; 0s = for ever', '0s'), ...backoff }),
  },
};
const consumer: NodeDescriptor = {
  kind: 'consumer',
  title: 'Consumer',
  about: 'Instances with slots that take messages, work on them and apply an effect.',
  family: 'clients',
  stem: 'consumer',
  badge: (c) => `${c['instances'] ?? 1} × ${c['concurrency'] ?? 1}`,
  actions: ['crash', 'crash-before-effect', 'crash-after-effect', 'crash-before-settle', 'crash-after-settle', 'restart', 'lose-next-ack', 'slow', 'normal-speed', 'outage', 'outage-ends', 'poison', 'unpoison'],
  fields: {
    serviceTime: { type: 'spread', label: 'Service time', help: 'how long one message takes', default: '50ms', applies: LIVE },
    instances: int('Instances', 'processes, each with a connection of its own', 1, 64, 1),
    concurrency: int('Concurrency', 'messages that one instance works on at once', 1, 256, 1),
    failures: record('Failures', 'work that ends in an error', { rate: num('Failure rate', 'share of messages that fail, 0 to 1', 0, 1, 0) }),
    onFailure: choice('On failure', 'requeue: give it back; reject: give it up; retry-in-place: try again first', ['requeue', 'reject', 'retry-in-place']),
    retry: record('Retry in place', 'before it is given up', { attempts: int('Attempts', 'retries after the first try', 0, 100, 3), ...backoff }, { when: { field: 'onFailure', is: ['retry-in-place'] } }),
    idempotency: choice('Idempotency', 'none; id-window: remembers processed ids; inbox: remembers them in the transaction of the effect', ['none', 'id-window', 'inbox']),
    window: int('Window', 'ids that are remembered', 1, 100_000, 1000, { when: { field: 'idempotency', is: ['id-window'] } }),
    effectAt: num('Effect at', 'share of the service time after which the effect is applied', 0, 1, 1),
    restartAfter: span('Restarts after', 'a crash; empty = stays down until restarted'),
  },
};
const page = (path: string) => `https://www.enterpriseintegrationpatterns.com/patterns/messaging/${path}.html`;

export const clients: RoomDescriptor = {
  id: 'clients',
  title: 'Clients',
  nodes: [producer, consumer],
  links: [],
  derived: [],
  actions: [],
  reasons: {
    'clients.killed': { says: 'The process was killed.' },
    'clients.crash_before_effect': { says: 'The process crashed before it applied the effect.' },
    'clients.crash_after_effect': { says: 'The process crashed after it applied the effect and before it acknowledged.' },
    'clients.crash_before_settle': { says: 'The process crashed after the work and before it acknowledged.' },
    'clients.crash_after_settle': { says: 'The process crashed after it had sent its acknowledgement.' },
    'clients.poison': { says: 'The message itself cannot be processed, however often it is tried.' },
    'clients.dependency_down': { says: 'Something that the consumer needs was down.' },
    'clients.failed': { says: 'The work failed by chance.' },
    'clients.inbox': { says: 'The inbox already held its id, written in the same transaction as the first effect.', rule: page('IdempotentReceiver') },
    'clients.id_window': { says: 'Its id was among those remembered.', rule: page('IdempotentReceiver') },
    'clients.no_room': { says: 'There was no room at the broker, and the producer drops what it cannot send.' },
    'clients.buffer_full': { says: 'There was no room at the broker, and the producer\'s buffer was full.' },
    'clients.confirm_timeout': { says: 'No confirm came in time: the message may be stored, or not.' },
    'clients.connection_lost': { says: 'The connection was lost before the confirm came: the message may be stored, or not.' },
    'clients.sent_twice': { says: 'The producer sent the message again, because it never learned that the first had arrived.' },
    'clients.redelivered': { says: 'The broker handed it over again.' },
    'clients.concurrent_slots': { says: 'One instance works on several messages at once, and the later one was quicker.' },
    'clients.concurrent_instances': { says: 'Several instances share the queue, and the one with the later message was quicker.' },
    'clients.settled_before_effect': { says: 'The broker had already let it go when the consumer crashed, before the effect.' },
    'clients.settled_without_effect': { says: 'The broker let it go, but no reader ever had its effect.' },
    'clients.goes_on': { says: 'There is room again.' },
    'clients.saturated': { says: 'More comes in than the consumers can take out.' },
    'clients.idle': { says: 'Nothing reaches it, although messages wait.' },
    'clients.prefetched_by_others': { says: 'The other instance\'s prefetch window took all that was there: what lies in its buffer cannot be given to anybody else.' },
    'clients.late': { says: 'The time from being produced to the effect is too long too often.' },
  },
  remedies: {
    'effect-once': { says: 'Keep the ids of processed messages in an inbox, in the same transaction as the effect: at-least-once delivery then has an effect once.', edit: { field: 'idempotency', value: 'inbox' } },
    'delivered-once': { says: 'At-least-once brokers deliver again after every doubt. Make the consumer idempotent instead of hoping for one delivery.' },
    order: { says: 'Order per key needs one worker per key at a time: one instance with one slot, a single active consumer, or a broker that keeps a key with one reader.', edit: { field: 'concurrency', value: 1 } },
    'no-loss': { says: 'Acknowledge only after the effect, confirm publications, and give every queue a dead-letter exchange.' },
    'growing-depth': { says: 'Add instances or slots until they can take more than comes in, or slow the producer down. A bigger queue only hides it.' },
    'idle-consumer': { says: 'Lower the prefetch so that work is shared, or add work that these readers can take.' },
    'prefetch-hogging': { says: 'Lower the prefetch: about as many as one instance can finish within a round trip.' },
    'poison-loop': { says: 'Set a delivery limit and a dead-letter exchange, or reject without requeue after a few tries.' },
    backpressure: { says: 'Being held back is the system protecting itself. Shed load, buffer within a limit, or add capacity where the queue grows.' },
    latency: { says: 'Waiting dominates near saturation: add slots, shorten the work, or spread the bursts.' },
    unrouted: { says: 'Bind a queue for this routing key, publish as mandatory, or give the exchange an alternate exchange.' },
  },
  simplifications: ['An effect is atomic and instantaneous.', 'An id window is shared by all instances and written after the work.'],
};
