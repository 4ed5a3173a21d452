import { refuse } from './channels.ts';
import type { Core } from './core.ts';
import { armTimeouts, chooseActive, dispatch, giveBack } from './custody.ts';
import { errors } from './errors.ts';
import type { Channel, Consumer, Held } from './model.ts';
import { cancelByBroker, detach } from './queues.ts';

/** ms after which this delivery must have been settled; 0 for never. */
function limitOf(core: Core, held: Held): number {
  if (core.since43 && held.queue.type !== 'quorum') return 0;
  if (held.consumer?.subscription) return 0;
  return held.consumer?.timeout ?? held.queue.settings.consumerTimeout ?? core.settings.consumer_timeout;
}

export function timeoutsDue(core: Core): void {
  if (core.now() < core.timeoutCheckAt) return;
  core.timeoutCheckAt = -1;
  let left = false;
  for (const connection of [...core.connections.values()]) {
    for (const channel of [...connection.channels.values()]) {
      check(core, channel);
      left ||= channel.unacked.size > 0;
    }
  }
  if (left) armTimeouts(core);
}

function check(core: Core, channel: Channel): void {
  for (const held of channel.unacked.values()) {
    const limit = held.stale ? 0 : limitOf(core, held);
    if (limit === 0 || core.now() - held.at < limit * 1000) continue;
    if (core.since43 && held.consumer !== null && channel.connection.cancelNotify) {
      withdraw(core, channel, held.consumer);
      continue;
    }
    refuse(core, channel.connection, channel, errors.consumerTimeout(channel.number, limit), 'rabbitmq.consumer_timeout');
    return;
  }
}

/** 4.3: the consumer is cancelled and loses what it holds, which does not count as failed; its late acks mean nothing. The queue counts it as long as its channel is there. */
function withdraw(core: Core, channel: Channel, consumer: Consumer): void {
  const { queue } = consumer;
  const out = [...channel.unacked.values()].filter((held) => held.consumer === consumer && !held.stale);
  if (!consumer.cancelled) cancelByBroker(core, consumer);
  for (const held of out) {
    detach(held);
    queue.held.delete(held.key);
  }
  consumer.late = out.length;
  if (out.length > 0) queue.ghosts++;
  chooseActive(core, queue);
  giveBack(
    core,
    queue,
    out.map((held) => held.copy),
    { because: 'rabbitmq.consumer_timeout', failed: false, mayGoToTail: false },
  );
  dispatch(core, queue);
}
