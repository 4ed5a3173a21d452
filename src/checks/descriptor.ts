/** The checks as data: what an invariant may ask. */
import type { CheckDescriptor } from '../scenario/descriptor.ts';
import type { Field, Fields } from '../scenario/fields.ts';

const LIVE = { how: 'live' } as const;
const span = (help: string, fallback: string): Field => ({ type: 'duration', help, min: 0, max: 86_400e6, default: fallback, applies: LIVE });
const count = (help: string, fallback: number): Field => ({ type: 'integer', help, min: 1, max: 1_000_000, default: fallback, applies: LIVE });
const check = (name: string, title: string, about: string, on: CheckDescriptor['on'], fields: Fields = {}): CheckDescriptor => ({ name, title, about, on, fields });

export const checks: readonly CheckDescriptor[] = [
  check('no-loss', 'loss', 'No message is lost without an effect.', 'place'),
  check('effect-once', 'duplicate effect', 'One message has one effect at each consumer.', 'consumer'),
  check('delivered-once', 'redelivery', 'One message is delivered once from each place.', 'place'),
  check('order', 'out of order', 'Messages of one key take effect in the order in which they were produced.', 'consumer'),
  check('conservation', 'books do not balance', 'Every copy is accounted for: a defect of a model if not.', 'place'),
  check('unrouted', 'unrouted', 'Every accepted message reaches a queue.', 'place'),
  check('dead-lettered', 'dead-lettered', 'Nothing is dead-lettered.', 'place'),
  check('expired', 'expired', 'Nothing expires.', 'place'),
  check('dropped', 'dropped', 'Nothing is dropped.', 'place'),
  check('backpressure', 'backpressure', 'No producer is held back.', 'producer'),
  check('growing-depth', 'growing depth', 'No queue grows and grows.', 'place', { for: span('it has grown for', '10s'), work: span('and holds more work than', '1s') }),
  check('idle-consumer', 'idle consumer', 'Nobody is idle while work is pending.', 'place', { for: span('idle for', '10s') }),
  check('poison-loop', 'poison loop', 'No message goes round and round.', 'place', { deliveries: count('times it may come back', 5) }),
  check('prefetch-hogging', 'prefetch hogging', 'No instance sits on a pile while another has nothing.', 'place', { held: count('messages beyond those in work', 10), idle: span('while another is idle for', '2s') }),
  check('latency', 'too slow', 'From being produced to the effect, at a quantile.', 'consumer', { quantile: { type: 'number', help: 'share of messages, 0 to 1', min: 0.01, max: 0.9999, default: 0.99, applies: LIVE }, below: span('take less than', '1s') }),
];
