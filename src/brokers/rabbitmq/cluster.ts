import { endConnection } from './channels.ts';
import type { Core } from './core.ts';
import { armRetry, chooseActive, dispatch, forget, settle, trim } from './custody.ts';
import { errors } from './errors.ts';
import { deleteExchange } from './exchanges.ts';
import type { Held, Queue } from './model.ts';
import { resumePending } from './publishing.ts';
import { acquit, suspect } from './suspects.ts';
import { cancelByBroker, deleteQueue, detach, takeAll, use } from './queues.ts';

const members = (core: Core, queue: Queue) => queue.members.filter((name) => core.nodeUp(name));
const hasMajority = (core: Core, queue: Queue) => members(core, queue).length * 2 > queue.members.length;

/** @param killed the process ends at once: nobody says goodbye, and what is not on its disk is lost */
export function stopNode(core: Core, name: string, killed: boolean): void {
  const node = core.nodes.find((one) => one.name === name);
  if (node === undefined || !node.up) return;
  node.up = false;
  core.emit({ kind: 'node', node: name, up: false });
  // What clients leave behind here waits until the queue has a place again.
  const hit = [...core.queues.values()].filter((queue) => queue.node === name || (queue.type !== 'classic' && !hasMajority(core, queue)));
  for (const queue of hit) queue.available = false;
  if (killed) for (const queue of core.queues.values()) if (queue.type === 'quorum') suspect(core, queue, name);
  for (const connection of [...core.connections.values()]) {
    if (connection.node !== name) continue;
    core.emit({ kind: 'closed', connection: connection.name, channel: null, refusal: errors.shutdown(name) });
    endConnection(core, connection, 'rabbitmq.node_down', killed && core.since43);
  }
  for (const queue of hit) {
    if (queue.deleted) continue;
    if (queue.type === 'classic') loseHome(core, queue, killed);
    else elect(core, queue);
  }
  // Transient exchanges live in memory: they go with the last node (https://www.rabbitmq.com/docs/exchanges#durability).
  if (core.nodes.some((one) => one.up)) return;
  for (const exchange of [...core.exchanges.values()]) if (!exchange.durable) deleteExchange(core, exchange);
}

/** It does not outlive its node. */
const isFleeting = ({ durable, exclusive }: Queue): boolean => !durable || exclusive !== null;

/** A classic queue lives on one node: durable ones wait for it, transient messages and queues do not come back. */
function loseHome(core: Core, queue: Queue, killed: boolean): void {
  // Whoever has not heard from the node since 4.3 keeps what would go with it until it is back, and empty.
  const waits = isFleeting(queue) && killed && core.since43;
  if (isFleeting(queue) && !waits) {
    deleteQueue(core, queue, 'rabbitmq.node_down_queue');
    return;
  }
  for (const consumer of [...queue.consumers.values()]) cancelByBroker(core, consumer);
  if (waits) for (const copy of takeAll(core, queue)) core.emit({ kind: 'lost', copy: copy.id, message: copy.envelope.message, queue: queue.name, because: 'rabbitmq.node_down_queue' });
  queue.active = null;
  const held = [...queue.held.values()].sort((a, b) => a.copy.seq - b.copy.seq);
  queue.held.clear();
  for (const one of held) {
    detach(one);
    // Since 4.3 a queue that ends in order knows what came back to it, and not what was out when it ended.
    if (killed || !core.since43) one.copy.redelivered = true;
    queue.backlog.giveBack(one.copy);
    queue.readyBytes += one.copy.envelope.size;
    core.emit({ kind: 'requeued', copy: one.copy.id, message: one.copy.envelope.message, queue: queue.name, because: 'rabbitmq.node_down', position: 'original' });
  }
  const wereOut = new Set(held.map(({ copy }) => copy));
  const all = queue.backlog.clear();
  queue.readyBytes = 0;
  for (const copy of all) {
    if (copy.envelope.cover.persistent) {
      // How far it had come with its deliveries it says when it ends in order: otherwise all may have been out.
      if (killed) copy.redelivered = true;
      // Out before or never out: kept apart, so that the old order holds.
      if (copy.redelivered || wereOut.has(copy)) queue.backlog.giveBack(copy);
      else queue.backlog.push(copy);
      queue.readyBytes += copy.envelope.size;
    } else {
      forget(core, copy);
      core.emit({ kind: 'lost', copy: copy.id, message: copy.envelope.message, queue: queue.name, because: 'rabbitmq.node_down_transient' });
    }
  }
}

/** A member with the log takes over as long as a majority is up; without one the queue stands still. */
function elect(core: Core, queue: Queue): void {
  const was = queue.node;
  queue.available = hasMajority(core, queue);
  queue.node = queue.available ? (members(core, queue)[0] ?? null) : null;
  if (queue.node !== was) core.emit({ kind: 'leader', queue: queue.name, node: queue.node });
  if (queue.available) carryOn(core, queue);
}

function carryOn(core: Core, queue: Queue): void {
  const deferred = queue.deferred;
  queue.deferred = [];
  for (const { batch, settlement } of deferred)
    settle(
      core,
      queue,
      batch.filter((held: Held) => !held.stale),
      settlement,
    );
  if (queue.undertakings.size > 0) core.workers.add(queue.id);
  resumePending(core, queue);
  chooseActive(core, queue);
  armRetry(core, queue);
  trim(core, queue);
  dispatch(core, queue);
}

export function startNode(core: Core, name: string): void {
  const node = core.nodes.find((one) => one.name === name);
  if (node === undefined || node.up) return;
  node.up = true;
  core.emit({ kind: 'node', node: name, up: true });
  for (const queue of core.queues.values()) acquit(core, queue, name);
  for (const queue of [...core.queues.values()]) {
    if (queue.available) continue;
    if (queue.type === 'classic' && queue.node === name && isFleeting(queue)) deleteQueue(core, queue, 'rabbitmq.node_down_queue');
    else if (queue.type === 'classic' && queue.node === name) {
      queue.available = true;
      use(core, queue);
      dispatch(core, queue);
    } else if (queue.type !== 'classic' && hasMajority(core, queue)) elect(core, queue);
  }
}
