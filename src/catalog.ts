/** Everything that documents, palettes and command lines know of: one line per room. */
import { rabbitmq } from './brokers/rabbitmq/descriptor.ts';
import { checks } from './checks/descriptor.ts';
import { clients } from './clients/descriptor.ts';
import { faults } from './faults/descriptor.ts';
import type { ActionDescriptor, Catalog, LinkDescriptor, NodeDescriptor, RoomDescriptor } from './scenario/descriptor.ts';

const rooms: readonly RoomDescriptor[] = [clients, faults, rabbitmq];
const nodes = new Map<string, NodeDescriptor>(rooms.flatMap((r) => r.nodes.map((n) => [n.kind, n])));
const links = new Map<string, LinkDescriptor>(rooms.flatMap((r) => r.links.map((l) => [l.kind, l])));
const byName = new Map<string, ActionDescriptor>(rooms.flatMap((r) => r.actions.map((a) => [a.name, a])));

/** Why not, for the pairs that people try. */
function whyNot(from: string, to: string): string {
  if (to === 'producer') return 'A producer takes nothing in.';
  if (from === 'consumer') return 'A consumer ends the way: what it publishes needs a producer of its own.';
  if (from === 'producer' && to === 'consumer') return 'Between a producer and a consumer there has to be a broker.';
  if (nodes.get(from)?.container || nodes.get(to)?.container) return 'A cluster is not wired itself, but the exchanges and queues inside it are.';
  if (from === 'rabbitmq.queue' && to === 'rabbitmq.queue') return 'A queue does not publish to a queue: give it a dead-letter exchange, or bind both to one exchange.';
  if (from === 'rabbitmq.queue' && to === 'rabbitmq.exchange') return 'Only dead letters go from a queue to an exchange.';
  if (from === 'rabbitmq.exchange' && to === 'consumer') return 'A consumer reads from a queue: bind one to this exchange.';
  return `${nodes.get(from)?.title ?? from} and ${nodes.get(to)?.title ?? to} cannot be wired.`;
}
export const catalog: Catalog = {
  rooms,
  checks,
  node: (kind) => nodes.get(kind),
  link: (kind) => links.get(kind),
  action: (name) => byName.get(name),
  wire: (from, to) => {
    if (from.id === to.id) return 'Nothing is wired to itself.';
    const found = [...links.values()].find((l) => l.from.includes(from.kind) && l.to.includes(to.kind));
    if (!found) return whyNot(from.kind, to.kind);
    if (from.parent !== undefined && to.parent !== undefined && from.parent !== to.parent) return 'They lie in different clusters: a binding stays within one.';
    return found;
  },
};
