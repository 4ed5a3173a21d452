import type { Core } from './core.ts';
import { chooseActive, dispatch, settle } from './custody.ts';
import type { Queue, Suspects } from './model.ts';

/**
 * A quorum queue cannot know whether the clients of a node that it does not reach have gone or will be back. It serves them nothing
 * and counts them, until the node is back and says that they are gone. What they have out comes back at once; 4.3 waits for the
 * node first, a minute unless told otherwise (https://www.rabbitmq.com/docs/quorum-queues#consumer-disconnected-timeout).
 */

/** The node was killed; its connections have not ended yet. */
export function suspect(core: Core, queue: Queue, node: string): void {
  const consumers = [...queue.consumers.values()].filter(({ channel }) => channel.connection.node === node);
  const held = core.since43 ? [...queue.held.values()].filter((one) => !one.stale && one.channel.connection.node === node) : [];
  if (consumers.length + held.length === 0) return;
  for (const one of held) one.channel.unacked.delete(one.tag);
  // Those that have something out count as long as they have it.
  const counted = core.since43 ? consumers.filter(({ unacked }) => unacked === 0) : consumers;
  const active = core.since43 && queue.active !== null && consumers.includes(queue.active);
  const wait = queue.settings.disconnectedTimeout * 1000;
  queue.suspects.push({ node, consumers: counted.length, held: held.map(({ key }) => key), active, until: core.now() + wait });
  if (core.since43) core.host.after(wait, 'disconnected', queue.id);
}

/** The node is back: its clients are not. */
export function acquit(core: Core, queue: Queue, node: string): void {
  const found = queue.suspects.filter((one) => one.node === node);
  if (found.length === 0) return;
  queue.suspects = queue.suspects.filter((one) => one.node !== node);
  for (const one of found) giveUp(core, queue, one, true);
}

/** 4.3 has waited long enough: others get what they have out, which is not held against it. They still count. */
export function disconnectedDue(core: Core, queue: Queue): void {
  for (const one of queue.suspects) {
    if (one.until > core.now()) continue;
    one.active = false;
    const out = one.held.flatMap((key) => queue.held.at(key) ?? []);
    one.consumers += new Set(out.flatMap(({ consumer }) => consumer ?? [])).size;
    giveUp(core, queue, one, false);
    one.held = [];
  }
}

function giveUp(core: Core, queue: Queue, { held }: Suspects, failed: boolean): void {
  const out = held.flatMap((key) => queue.held.at(key) ?? []);
  settle(core, queue, out, { how: 'requeue', because: 'rabbitmq.node_down', failed, mayGoToTail: false });
  chooseActive(core, queue);
  dispatch(core, queue);
}
