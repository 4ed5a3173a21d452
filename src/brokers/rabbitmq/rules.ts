import type { Rules } from '../contract.ts';

/** What the model holds to be true of RabbitMQ, and where that is written. Tests are titled by these. */
export const rules = {
  R01: { name: 'exchange-direct', says: 'A direct exchange compares the whole routing key, byte for byte.', source: 'https://www.rabbitmq.com/docs/exchanges#direct' },
  R02: { name: 'exchange-topic', says: 'In a topic binding * stands for exactly one word and # for zero or more.', source: 'https://www.rabbitmq.com/docs/exchanges#topic' },
  R03: { name: 'exchange-fanout', says: 'A fanout exchange copies to everything bound and ignores the routing key.', source: 'https://www.rabbitmq.com/docs/exchanges#fanout' },
  R04: { name: 'exchange-headers', says: 'A headers exchange compares headers; x-match says whether all or any criteria count, and -with-x whether headers that begin with x- do.', source: 'https://www.rabbitmq.com/docs/exchanges#headers' },
  R05: { name: 'exchange-once', says: 'However many bindings match, a queue gets one copy of a message.', source: 'https://www.rabbitmq.com/docs/exchanges' },
  R06: { name: 'exchange-alternate', says: 'What an exchange cannot route goes to its alternate exchange, with its routing key.', source: 'https://www.rabbitmq.com/docs/ae' },
  R07: { name: 'exchange-internal', says: 'Clients may not publish to an internal exchange.', source: 'https://www.rabbitmq.com/docs/exchanges' },
  R08: { name: 'exchange-auto-delete', says: 'An auto-delete exchange goes with its last binding.', source: 'https://www.rabbitmq.com/docs/exchanges' },
  R09: { name: 'default-exchange', says: 'Every queue is bound to the default exchange under its name, and nobody may change that.', source: 'https://www.rabbitmq.com/docs/exchanges#default-exchange' },
  R10: { name: 'cc', says: 'CC and BCC headers add routing keys; BCC is taken off before delivery.', source: 'https://www.rabbitmq.com/docs/sender-selected' },
  R11: { name: 'mandatory', says: 'An unroutable message is dropped, or returned with 312 NO_ROUTE when it is mandatory, and confirmed all the same.', source: 'https://www.rabbitmq.com/docs/publishers#unroutable' },
  R12: { name: 'confirm', says: 'A publish is confirmed when every queue it was routed to has taken it, and nacked when one has not.', source: 'https://www.rabbitmq.com/docs/confirms#when-publishes-are-confirmed' },
  R13: { name: 'reject-publish', says: 'A full queue with overflow reject-publish nacks the publish and keeps what it has.', source: 'https://www.rabbitmq.com/docs/maxlength#overflow-behaviour' },
  R14: { name: 'drop-head', says: 'A full queue drops from its head by default. Limits count ready messages only.', source: 'https://www.rabbitmq.com/docs/maxlength' },
  R15: { name: 'reject-publish-dlx', says: 'reject-publish-dlx also dead-letters what it refuses.', source: 'https://www.rabbitmq.com/docs/maxlength#overflow-behaviour' },
  R16: { name: 'quorum-soft-limit', says: 'A quorum queue tells its publishers to stop only after the limit was passed, and lets them go on below 80 % of it.', source: 'https://github.com/rabbitmq/rabbitmq-server/blob/v4.3.5/deps/rabbit/src/rabbit_fifo.erl' },
  R17: { name: 'ttl-head', says: 'An expired message goes when it reaches the head of its queue.', source: 'https://www.rabbitmq.com/docs/ttl#per-message-ttl-caveats' },
  R18: { name: 'ttl-lower', says: 'Of the TTL of the queue and of the message the lower one counts, from the first arrival on.', source: 'https://www.rabbitmq.com/docs/ttl' },
  R19: { name: 'ttl-zero', says: 'With a TTL of 0 a message expires unless a consumer can have it at once.', source: 'https://www.rabbitmq.com/docs/ttl' },
  R20: { name: 'expires', says: 'A queue with x-expires goes when nobody consumed from it, got from it or declared it for that long.', source: 'https://www.rabbitmq.com/docs/ttl#queue-ttl' },
  R21: { name: 'dispatch-turn', says: 'Consumers of equal priority are served in turn; those without room are passed over.', source: 'https://www.rabbitmq.com/docs/consumers' },
  R22: { name: 'consumer-priority', says: 'Lower priorities are served only when all higher ones are without room.', source: 'https://www.rabbitmq.com/docs/consumer-priority' },
  R23: { name: 'prefetch', says: 'At most prefetch deliveries are out unacknowledged: per consumer, or on the channel together with global.', source: 'https://www.rabbitmq.com/docs/consumer-prefetch' },
  R24: { name: 'requeue-classic', says: 'What comes back to a classic queue takes its old place, if it can.', source: 'https://www.rabbitmq.com/docs/nack' },
  R25: { name: 'requeue-quorum', says: 'What comes back to a quorum queue goes to its head while it has a delivery limit, and to its tail when not.', source: 'https://www.rabbitmq.com/docs/quorum-queues#repeated-requeues' },
  R26: { name: 'redelivered', says: 'What was out before is flagged as redelivered.', source: 'https://www.rabbitmq.com/docs/reliability' },
  R27: { name: 'unknown-tag', says: 'Acknowledging a tag that is not out closes the channel with 406.', source: 'https://www.rabbitmq.com/docs/confirms#consumer-acks-double-acking' },
  R28: { name: 'channel-loss', says: 'What is out on a channel that closes comes back in its order.', source: 'https://www.rabbitmq.com/docs/confirms#automatic-requeueing' },
  R29: { name: 'delivery-limit', says: 'A quorum queue gives up a message after x-delivery-limit returns; 20 by default.', source: 'https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling' },
  R30: { name: 'sac', says: 'With single active consumer one consumer is served until it goes.', source: 'https://www.rabbitmq.com/docs/consumers#single-active-consumer' },
  R31: { name: 'exclusive-consumer', says: 'An exclusive consumer tolerates no other.', source: 'https://www.rabbitmq.com/docs/consumers#exclusivity' },
  R32: { name: 'exclusive-queue', says: 'An exclusive queue belongs to its connection and goes with it.', source: 'https://www.rabbitmq.com/docs/queues#exclusive-queues' },
  R33: { name: 'auto-delete', says: 'An auto-delete queue goes with its last consumer.', source: 'https://www.rabbitmq.com/docs/queues' },
  R34: { name: 'equivalence', says: 'Declaring again must repeat the properties; otherwise 406.', source: 'https://www.rabbitmq.com/docs/queues#property-equivalence' },
  R35: { name: 'priority-classic', says: 'A queue with x-max-priority serves higher priorities first.', source: 'https://www.rabbitmq.com/docs/priority' },
  R36: { name: 'priority-quorum-two', says: 'Quorum queues of 4.0 know high (above 4) and normal priority, served two to one.', source: 'https://www.rabbitmq.com/docs/quorum-queues#priorities', since: '4.0.5', until: '4.0.5' },
  R37: { name: 'priority-quorum-strict', says: 'Quorum queues of 4.3 know 32 strict levels; 4 when a message names none.', source: 'https://www.rabbitmq.com/docs/quorum-queues#priorities', since: '4.3' },
  R38: { name: 'dlx', says: 'Rejected, expired, over-long and given-up messages go to the dead-letter exchange, under their old key or the one set.', source: 'https://www.rabbitmq.com/docs/dlx' },
  R39: { name: 'dlx-header', says: 'x-death has a line per queue and reason with a count, the newest first; x-first-death-* never change.', source: 'https://www.rabbitmq.com/docs/dlx#effects' },
  R40: { name: 'dlx-expiration', says: 'Dead-lettering takes the expiration off a message.', source: 'https://www.rabbitmq.com/docs/dlx#effects' },
  R41: { name: 'dlx-cycle', says: 'A dead letter that comes back to a queue with no rejection on the way is dropped.', source: 'https://www.rabbitmq.com/docs/dlx#automatic-dead-lettering-cycles' },
  R42: { name: 'dlx-missing', says: 'With no dead-letter exchange of that name, or no binding, a dead letter is dropped silently.', source: 'https://www.rabbitmq.com/docs/dlx' },
  R43: { name: 'dlx-at-least-once', says: 'At-least-once dead lettering needs overflow reject-publish, keeps a letter until every target has confirmed it, and tries again.', source: 'https://www.rabbitmq.com/docs/quorum-queues#dead-lettering' },
  R44: { name: 'consumer-timeout', says: 'A delivery that is out longer than consumer_timeout (30 minutes) closes its channel.', source: 'https://www.rabbitmq.com/docs/consumers#acknowledgement-timeout', until: '4.0.5' },
  R45: { name: 'consumer-timeout-cancel', says: '4.3: only on quorum queues, and the consumer is cancelled.', source: 'https://www.rabbitmq.com/docs/consumers#acknowledgement-timeout', since: '4.3' },
  R46: { name: 'failures-only', says: '4.3 holds only failed deliveries against the delivery limit: a nack is free, a reject or a lost channel is not.', source: 'https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling', since: '4.3' },
  R47: { name: 'delayed-retry', says: '4.3: returns wait min × deliveries, at most max.', source: 'https://github.com/rabbitmq/rabbitmq-server/blob/v4.3.5/deps/rabbit/src/rabbit_fifo.erl', since: '4.3' },
  R48: { name: 'alarm', says: 'A memory or disk alarm of one node blocks publishing connections of all nodes.', source: 'https://www.rabbitmq.com/docs/alarms' },
  R49: { name: 'flow', says: 'A publisher that is far ahead of a queue is put into state flow until the queue has caught up.', source: 'https://www.rabbitmq.com/docs/flow-control' },
  R50: { name: 'classic-node', says: 'A classic queue lives on one node: with the node its transient messages are lost, and a durable queue waits for it.', source: 'https://www.rabbitmq.com/docs/queues#durability' },
  R51: { name: 'quorum-majority', says: 'A quorum queue works while a majority of its members is up; another member takes the lead.', source: 'https://www.rabbitmq.com/docs/quorum-queues#availability' },
  R52: { name: 'policy', says: 'A policy gives settings to matching entities; of numbers the lower of policy and argument counts.', source: 'https://www.rabbitmq.com/docs/policies' },
  R53: { name: 'direct-reply-to', says: 'Direct reply-to brings replies to the channel that asked, with no queue between.', source: 'https://www.rabbitmq.com/docs/direct-reply-to' },
} as const satisfies Rules & Record<string, { readonly name: string }>;

type Name = (typeof rules)[keyof typeof rules]['name'];

/** A test's title: the rule it proves. */
export function rule(name: Name): string {
  const [number, { says }] = Object.entries(rules).find(([, one]) => one.name === name) ?? ['', { says: '' }];
  return `${number} ${says}`;
}
