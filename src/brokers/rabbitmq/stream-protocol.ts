import type { Refusal } from '../contract.ts';
import type { Core } from './core.ts';
import { enqueue, refuses } from './custody.ts';
import type { FieldValue, PublishArgs, Reason } from './events.ts';
import { sealed } from './message.ts';
import type { Channel, Consumer } from './model.ts';
import { beginReading, isStream, offsetSpec, readAll, type StreamQueue } from './stream.ts';

/** What the stream protocol has that AMQP has not: publishing ids and single active consumers of streams. https://www.rabbitmq.com/docs/stream */

/** Publish: a message whose publishing id the stream has already, or that comes after a higher one of its producer, is confirmed and not stored. */
export function write(core: Core, channel: Channel, args: PublishArgs, { id, reference }: NonNullable<PublishArgs['publishing']>): void {
  const { message, routingKey } = args;
  const queue = core.queues.get(routingKey);
  if (queue !== undefined && isStream(queue) && !queue.available) {
    queue.pending.push({ channel, args, seqNo: id });
    return;
  }
  const confirm = (because: Reason | null) => core.emit({ kind: 'confirm', connection: channel.connection.name, channel: channel.number, seqNo: id, message, ack: because === null, because });
  const envelope = sealed(core, args);
  const because = queue === undefined || !isStream(queue) ? 'rabbitmq.no_stream' : refuses(queue, envelope.size);
  if (queue === undefined || !isStream(queue) || because !== null) {
    core.emit({ kind: 'not-enqueued', message, queue: routingKey, because: because ?? 'rabbitmq.no_stream' });
    return confirm(because);
  }
  if (reference !== null && id <= queue.stream.sequence(reference)) core.emit({ kind: 'duplicate', message, queue: routingKey, reference, id });
  else {
    if (reference !== null) queue.stream.written(reference, id);
    enqueue(core, queue, envelope, null);
  }
  confirm(null);
}

/**
 * Of the consumers of one name one reads: the first of a stream, and of a partition of a super stream the one whose turn it is by
 * its number. Whoever read before is asked to stop first, and answers.
 */
export function chooseReader(core: Core, queue: StreamQueue): void {
  const groups = new Map<string, Consumer[]>();
  for (const one of queue.consumers.values()) if (one.subscription?.singleActive === true) groups.set(one.subscription.name ?? '', [...(groups.get(one.subscription.name ?? '') ?? []), one]);
  for (const group of groups.values()) {
    const partition = group[0]?.subscription?.partition ?? -1;
    const chosen = group[partition < 0 ? 0 : partition % group.length];
    const active = group.find((one) => one.reading?.turn !== 'waits');
    if (active === chosen || active?.reading?.turn === 'yielding') continue;
    if (active !== undefined) ask(core, queue, active, false);
    else if (chosen !== undefined) ask(core, queue, chosen, true);
  }
}
function ask(core: Core, queue: StreamQueue, { channel, tag, reading }: Consumer, active: boolean): void {
  if (reading !== null) reading.turn = active ? 'asked' : 'yielding';
  core.emit({ kind: 'consumer-update', queue: queue.name, connection: channel.connection.name, channel: channel.number, consumer: tag, active });
}

/** The consumer's answer: it has stopped, or says where it begins. */
export function consumerUpdated(core: Core, queue: StreamQueue, consumer: Consumer, from: FieldValue): Refusal | null {
  const { reading } = consumer;
  if (reading?.turn === 'yielding') {
    reading.turn = 'waits';
    chooseReader(core, queue);
  } else if (reading?.turn === 'asked') {
    const spec = offsetSpec(core, queue, from);
    if (typeof spec === 'object' && 'refused' in spec) return spec;
    Object.assign(reading, queue.stream.locate(spec));
    reading.turn = 'reads';
    beginReading(core, queue, consumer);
    readAll(core, queue);
  }
  return null;
}
