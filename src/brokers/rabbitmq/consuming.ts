import type { ConsumeArgs, Outcome } from './api.ts';
import { foreignConsumerArgument } from './capabilities.ts';
import { refuse } from './channels.ts';
import type { Core } from './core.ts';
import { chooseActive, dispatch, keyOf } from './custody.ts';
import { errors } from './errors.ts';
import type { Channel, Consumer, Queue } from './model.ts';
import { REPLY_TO } from './publishing.ts';
import { beginReading, isStream, look, openReading } from './stream.ts';
import { chooseReader } from './stream-protocol.ts';

const UNLIMITED_BEFORE_4 = 2000;

function tagFor(core: Core, wanted: string | undefined): string {
  return wanted === undefined || wanted === '' ? `amq.ctag-${core.counters.tag++}` : wanted;
}

export function consume(core: Core, channel: Channel, queue: Queue, args: ConsumeArgs): Outcome<{ consumerTag: string }> {
  const no = (refusal: ReturnType<typeof errors.noQueue>) => refuse(core, channel.connection, channel, refusal);
  const { arguments: table = {} } = args;
  if (args.consumerTag !== undefined && channel.consumers.has(args.consumerTag)) return no(errors.consumerTagReused(args.consumerTag));
  const foreign = foreignConsumerArgument(Object.keys(table), queue.type, core.version);
  if (foreign !== undefined) return no(errors.argumentNotForType(queue.name, foreign, queue.type));
  const reading = isStream(queue) ? openReading(core, channel, queue, args) : null;
  if (reading !== null && 'refused' in reading) return no(reading);
  const priority = table['x-priority'];
  if (priority !== undefined && !Number.isInteger(priority)) {
    return no(errors.invalidArgument('queue', queue.name, 'x-priority', `"expected integer, got ${typeof priority === 'string' ? 'longstr' : typeof priority}"`));
  }
  const timeout = table['x-consumer-timeout'];
  if (core.since43 && timeout !== undefined && !(Number.isInteger(timeout) && Number(timeout) >= 0)) {
    return no(errors.invalidArgument('queue', queue.name, 'x-consumer-timeout', typeof timeout === 'number' ? `{value_negative,${timeout}}` : `"expected integer, got ${typeof timeout === 'string' ? 'longstr' : typeof timeout}"`));
  }
  if (queue.type === 'quorum' && channel.globalPrefetch > 0) return no(errors.globalQos(queue.name));
  // Quorum queues ignore the exclusive flag.
  if (queue.type === 'classic') {
    const taken = [...queue.consumers.values()].some((one) => one.exclusive);
    if (taken || (args.exclusive === true && (queue.consumers.size > 0 || queue.settings.singleActive))) return no(errors.exclusiveUse(queue.name));
  }
  const unlimited = queue.type === 'quorum' && !core.since40 ? UNLIMITED_BEFORE_4 : 0;
  const consumer: Consumer = {
    tag: tagFor(core, args.consumerTag),
    channel,
    queue,
    noAck: args.noAck ?? false,
    exclusive: args.exclusive ?? false,
    priority: Number(priority ?? 0),
    prefetch: channel.prefetch === 0 ? unlimited : channel.prefetch,
    order: core.order(),
    timeout: core.since43 && typeof timeout === 'number' ? timeout : null,
    reading,
    subscription: args.subscription === undefined ? null : { name: args.subscription.name, singleActive: args.subscription.singleActive, partition: args.subscription.partition },
    unacked: 0,
    queued: false,
    cancelled: false,
    late: 0,
    bonus: 0,
  };
  channel.consumers.set(consumer.tag, consumer);
  queue.consumers.set(keyOf(consumer), consumer);
  if (reading === null && !queue.settings.singleActive) queue.ring.put(consumer);
  queue.lastUsed = core.now();
  if (isStream(queue)) {
    beginReading(core, queue, consumer);
    chooseReader(core, queue);
  }
  chooseActive(core, queue);
  dispatch(core, queue);
  if (isStream(queue) && core.since40) look(core, queue);
  return { refused: false, consumerTag: consumer.tag };
}

/** The pseudo-queue of direct reply-to: no queue, and nothing to acknowledge. */
export function consumeReplies(core: Core, channel: Channel, args: ConsumeArgs): Outcome<{ consumerTag: string }> {
  const { connection } = channel;
  if (args.noAck !== true) return refuse(core, connection, channel, errors.replyConsumerMustNotAck());
  if (channel.replyConsumer !== null) return refuse(core, connection, channel, errors.replyConsumerTwice());
  channel.replyConsumer = tagFor(core, args.consumerTag);
  channel.replyToken = core.order();
  core.replyChannels.set(channel.replyToken, channel);
  return { refused: false, consumerTag: channel.replyConsumer };
}

export const isReplyQueue = (name: string) => name === REPLY_TO;
