import { checkPending, terminate } from './acks.ts';
import { us } from './config.ts';
import { isPush } from './consumer-config.ts';
import { deleteConsumer, interestChanged, resume } from './consumers.ts';
import type { Core, Task, Timer } from './core.ts';
import { serve, undelivered, wake } from './delivery.ts';
import { expire } from './expiry.ts';
import { unpin } from './groups.ts';
import { forgetIds, tell } from './ingest.ts';
import type { Consumer } from './model.ts';
import { idleHeartbeat, processWaiting } from './pulls.ts';
import { acked } from './retention.ts';
import { isServed } from './leading.ts';
import { groupTimer, receive } from './replication.ts';
import { feed, takeIn } from './sources.ts';
import { hear, syncDue } from './syncing.ts';

/** Does what is under way until nothing is: a verb returns with all its consequences. */
export function finish(core: Core): void {
  for (let task = core.tasks.shift(); task !== undefined; task = core.tasks.shift()) perform(core, task);
}
function perform(core: Core, task: Task): void {
  if (task.does === 'internal') return hear(core, task.envelope, (stream, source, envelope) => takeIn(core, stream, source, envelope));
  if (task.does === 'store' || task.does === 'acked' || task.does === 'feed' || task.does === 'announce') {
    const stream = core.streams.get(task.stream);
    if (stream === undefined) return;
    if (task.does === 'store') receive(core, stream, task.envelope);
    else if (task.does === 'acked') acked(core, stream, null, task.seq);
    else if (task.does === 'feed') feed(core, stream);
    else if (task.hops > 0) core.later({ ...task, hops: task.hops - 1 });
    else tell(core, stream, task.seq, task.subject);
    return;
  }
  const consumer = core.consumers.get(task.consumer);
  if (consumer === undefined) return;
  if (task.does === 'serve') serve(core, consumer);
  else if (task.does === 'interest') interestChanged(core, consumer, task.interest);
  else if (task.does === 'undelivered') undelivered(core, consumer, task.seq, task.to);
  else {
    const { seq, dseq, reason } = task;
    terminate(core, consumer, { stream: consumer.stream, consumer: consumer.name, seq, dseq, deliveries: Math.max(consumer.redelivered.get(seq) ?? 1, 1) }, reason);
  }
}

/** A timer of the host: void when its consumer or stream set another time since. */
export function timer(core: Core, name: string, ref: number): void {
  if (name === 'age' || name === 'ids' || name === 'sync') {
    const stream = core.streamById(ref);
    if (stream === undefined || { age: stream.ageTimer, ids: stream.idTimer, sync: stream.syncTimer }[name] !== core.now()) return;
    if (name === 'age') expire(core, stream);
    else if (name === 'ids') forgetIds(core, stream);
    else syncDue(core, stream);
    return;
  }
  if (name === 'vote' || name === 'quorum' || name === 'catchup' || name === 'commit') return groupTimer(core, name, ref);
  const consumer = core.consumers.get(ref);
  if (consumer === undefined || !isServed(core, consumer) || consumer.timers[name as Timer] !== core.now()) return;
  consumer.timers[name as Timer] = -1;
  due[name as Timer](core, consumer);
}
const due: Readonly<Record<Timer, (core: Core, consumer: Consumer) => void>> = {
  pending: checkPending,
  wait: (core, consumer) => {
    processWaiting(core, consumer, true);
    core.signal(consumer);
  },
  heartbeat: (core, consumer) => {
    if (consumer.active) idleHeartbeat(core, consumer, consumer.config.deliver_subject);
    core.arm(consumer, 'heartbeat', us(consumer.config.idle_heartbeat));
  },
  inactive,
  held: wake,
  pause: resume,
  pin: unpin,
};
/** Nobody used the consumer for inactive_threshold: it goes, with all it knows. */
function inactive(core: Core, consumer: Consumer): void {
  if (isPush(consumer.config)) {
    if (!consumer.active) deleteConsumer(core, core.stream(consumer), consumer, 'expired');
    return;
  }
  const idle = core.now() - consumer.lastPull;
  if (consumer.lastPull >= 0 && idle <= us(consumer.config.inactive_threshold)) return core.arm(consumer, 'inactive', consumer.inactiveAfter - idle);
  processWaiting(core, consumer, true);
  if (consumer.waiting.length > 0) core.arm(consumer, 'inactive', consumer.inactiveAfter);
  else deleteConsumer(core, core.stream(consumer), consumer, 'expired');
}
