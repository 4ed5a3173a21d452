import { us } from './config.ts';
import type { Core } from './core.ts';
import type { Consumer, Waiting } from './model.ts';
import type { PullArgs } from './pull-args.ts';

/** Priority groups of pull consumers: overflow and pinned_client (2.11), prioritized (2.12). ADR-42 of nats-architecture-and-design. */

/** Why a request does not fit its consumer's policy, or null. */
export function groupProblem({ config, pinned }: Consumer, args: PullArgs): readonly [number, string] | null {
  const { group = '', id = '', min_pending = 0, min_ack_pending = 0, priority = 0 } = args;
  const policy = config.priority_policy;
  if ((min_pending !== 0 || min_ack_pending !== 0) && policy !== 'overflow') return [400, 'Bad Request - Not a Overflow Priority consumer'];
  if (id !== '' && policy !== 'pinned_client') return [400, 'Bad Request - Not a Pinned Client Priority consumer'];
  if (priority < 0 || priority > 9) return [400, 'Bad Request - Priority must be between 0 and 9'];
  if (policy === 'none') return null;
  if (group === '') return [400, 'Bad Request - Priority Group missing'];
  if (!config.priority_groups.includes(group)) return [400, 'Bad Request - Invalid Priority Group'];
  return pinned !== null && id !== '' && id !== pinned.id ? [423, 'Nats-Pin-Id mismatch'] : null;
}
/** A pull of the pinned client is its sign of life. */
export function stillThere(core: Core, consumer: Consumer, { id = '' }: PullArgs): void {
  if (consumer.pinned !== null && consumer.pinned.id === id) core.arm(consumer, 'pin', us(consumer.config.priority_timeout));
}

/** Lower priorities wait behind higher ones (0 is the highest); among equals the order is that of arrival. */
export function enqueue({ config, waiting }: Consumer, one: Waiting): void {
  const at = config.priority_policy === 'prioritized' ? waiting.findIndex((other) => other.priority > one.priority) : -1;
  if (at < 0) waiting.push(one);
  else waiting.splice(at, 0, one);
}

/** May this request have the next message? A request with the pin of somebody who lost it is ended. */
export function turn(core: Core, consumer: Consumer, one: Waiting): 'now' | 'later' | readonly [number, string] {
  const { priority_policy: policy } = consumer.config;
  if (policy === 'pinned_client') return pinnedTurn(core, consumer, one);
  if (policy !== 'overflow' || (one.minPending <= 0 && one.minAckPending <= 0)) return 'now';
  // The message at hand was already taken off the count.
  const behind = one.minPending > 0 && one.minPending <= consumer.numPending + 1;
  return behind || (one.minAckPending > 0 && one.minAckPending <= consumer.pending.size) ? 'now' : 'later';
}
function pinnedTurn(core: Core, consumer: Consumer, one: Waiting): 'now' | 'later' | readonly [number, string] {
  if (consumer.pinned !== null && one.pin === consumer.pinned.id) return 'now';
  if (one.pin !== '') return [423, 'Nats-Wrong-Pin-Id'];
  if (consumer.pinned !== null) return 'later';
  if (one.group === '') return 'now';
  consumer.pins += 1;
  const id = `${consumer.stream}.${consumer.name}.${consumer.pins}`;
  consumer.pinned = { id, at: core.now(), group: one.group };
  one.pin = id;
  core.arm(consumer, 'pin', us(consumer.config.priority_timeout));
  core.emit({ kind: 'consumer', stream: consumer.stream, consumer: consumer.name, what: 'pinned' });
  return 'now';
}
/** The pinned client was silent for priority_timeout, or is unpinned by an administrator: the next request gets the pin. */
export function unpin(core: Core, consumer: Consumer): void {
  core.disarm(consumer, 'pin');
  if (consumer.pinned === null) return;
  consumer.pinned = null;
  core.emit({ kind: 'consumer', stream: consumer.stream, consumer: consumer.name, what: 'unpinned' });
  core.signal(consumer);
}
