/** The checks as data: what an invariant may demand, with its parameters. */
import type { CheckDescriptor } from '../scenario/descriptor.ts';
import type { Applies, Field } from '../scenario/fields.ts';

const applies: Applies = { how: 'live' };
const span = (fallback: string, help: string): Field => ({ type: 'duration', min: 1000, max: 24 * 3600e6, default: fallback, help, applies });
const count = (fallback: number, help: string): Field => ({ type: 'integer', min: 1, max: 1_000_000, default: fallback, help, applies });

export const checks: readonly CheckDescriptor[] = [
  { name: 'no-loss', found: 'lost', title: 'Nothing is lost', about: 'Every message that the broker accepted takes effect at every reader it was meant for.', fields: {}, on: 'anything' },
  { name: 'effect-once', found: 'duplicate effect', title: 'No effect twice', about: 'No message takes effect more than once at the same consumer.', fields: {}, on: 'consumer' },
  { name: 'delivered-once', found: 'delivered again', title: 'No delivery twice', about: 'No message is delivered more than once to the same consumer. Brokers that deliver at least once do not promise this.', fields: {}, on: 'anything' },
  { name: 'order', found: 'out of order', title: 'In order, key by key', about: 'Effects of messages with the same key happen in the order in which they were made.', fields: {}, on: 'consumer' },
  { name: 'conservation', found: 'unaccounted for', title: 'Every copy is accounted for', about: 'What came in is waiting, in flight, or ended in a known way: a check of the models themselves.', fields: {}, on: 'place' },
  { name: 'unrouted', found: 'unrouted', title: 'Nothing unrouted', about: 'No message was accepted into nothing: each reached at least one queue.', fields: {}, on: 'place' },
  { name: 'dead-lettered', found: 'dead-lettered', title: 'Nothing dead-lettered', about: 'No message was given up and set aside.', fields: {}, on: 'place' },
  { name: 'expired', found: 'expired', title: 'Nothing expired', about: 'No message waited longer than it was allowed to.', fields: {}, on: 'place' },
  { name: 'dropped', found: 'dropped', title: 'Nothing dropped', about: 'No message was thrown away: for want of room, after too many deliveries, or because somebody purged it.', fields: {}, on: 'place' },
  { name: 'backpressure', found: 'pushback', title: 'No pushback', about: 'No producer had to wait, buffer or drop because the broker took no more.', fields: {}, on: 'anything' },
  {
    name: 'growing-depth',
    found: 'growing queue',
    title: 'No queue that only grows',
    about: 'No queue grows all the time while the work in it would take long to do.',
    fields: { for: span('10s', 'Growth for this long counts.'), work: span('1s', 'A queue that is worked off within this time is not worth a word.') },
    on: 'place',
  },
  { name: 'idle-consumer', found: 'idle', title: 'Nobody idle while work waits', about: 'No instance is idle for long while messages wait for its consumer.', fields: { for: span('10s', 'Idleness for this long counts.') }, on: 'anything' },
  { name: 'poison-loop', found: 'in circles', title: 'Nothing goes in circles', about: 'No message is delivered again and again.', fields: { deliveries: count(5, 'Deliveries of the same copy that are too many.') }, on: 'place' },
  {
    name: 'prefetch-hogging',
    found: 'hogging',
    title: 'Nobody hoards',
    about: 'No instance holds many messages it cannot work on while another has none.',
    fields: { held: count(10, 'Messages held beyond those being worked on that are too many.'), idle: span('2s', 'How long the other has had none.') },
    on: 'anything',
  },
  {
    name: 'latency',
    found: 'too slow',
    title: 'Fast enough',
    about: 'Messages take effect soon enough after they were made.',
    fields: {
      quantile: { type: 'number', min: 0, max: 1, default: 0.99, help: 'Share of messages that must be in time: 0.99 is the 99th percentile.', applies },
      below: span('1s', 'From being made to taking effect.'),
    },
    on: 'consumer',
  },
];
