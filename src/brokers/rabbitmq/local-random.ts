import type { Refusal } from '../contract.ts';
import type { Core } from './core.ts';
import { errors } from './errors.ts';
import type { Binding, Exchange } from './model.ts';

/** The exchange type x-local-random (https://www.rabbitmq.com/docs/local-random-exchange): one queue of the publisher's own node, by chance. */

/** It binds classic queues only, and with an empty key. */
export function checkLocal(core: Core, { destination, destinationKind, routingKey }: Pick<Binding, 'destination' | 'destinationKind' | 'routingKey'>): Refusal | null {
  if (routingKey !== '') return errors.bindingKeyNotEmpty(routingKey);
  const queue = destinationKind === 'queue' ? core.queues.get(destination) : undefined;
  if (queue === undefined) return errors.bindsQueuesOnly();
  return queue.type === 'classic' ? null : errors.bindsClassicOnly(queue.type);
}

/** @param node where the routing is done: that of the publisher's connection, or of the queue in which a message died */
export function pickLocal(core: Core, { name, bindings }: Exchange, node: string | null): Binding | null {
  const local = [...bindings.values()].filter(({ destination }) => {
    const queue = core.queues.get(destination);
    return queue !== undefined && queue.node === node && queue.available;
  });
  if (local.length < 2) return local[0] ?? null;
  return local[Math.floor(core.host.luck(`local random ${name}`).next() * local.length)] ?? null;
}
