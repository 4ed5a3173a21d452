/** Everything that documents, palettes and command lines know of: one line per room. */
import { kafka } from './brokers/kafka/descriptor.ts';
import { rabbitmq } from './brokers/rabbitmq/descriptor.ts';
import { checks } from './checks/descriptor.ts';
import { clients } from './clients/descriptor.ts';
import { faults } from './faults/descriptor.ts';
import type { ActionDescriptor, Catalog, NodeDescriptor, RoomDescriptor } from './scenario/descriptor.ts';

const rooms: readonly RoomDescriptor[] = [clients, faults, rabbitmq, kafka];
const nodes = new Map<string, NodeDescriptor>(rooms.flatMap((r) => r.nodes.map((n) => [n.kind, n])));
const links = rooms.flatMap((r) => r.links);
const byName = new Map<string, ActionDescriptor>(rooms.flatMap((r) => r.actions.map((a) => [a.name, a])));

const reasons = rooms.flatMap((r) => r.whyNot ?? []);
const kindOf = (nodes: readonly { readonly id: string; readonly kind: string }[], id: string) => nodes.find((n) => n.id === id)?.kind ?? '';
const between = (from: string, to: string) => links.find((l) => l.from.includes(from) && l.to.includes(to));

/** Why not, for the pairs that people try. */
function whyNot(from: string, to: string): string {
  const fits = (pattern: string, kind: string) => pattern === '*' || pattern === kind;
  return reasons.find((r) => fits(r.from, from) && fits(r.to, to))?.says ?? `${nodes.get(from)?.title ?? from} and ${nodes.get(to)?.title ?? to} cannot be wired.`;
}
export const catalog: Catalog = {
  rooms,
  checks,
  node: (kind) => nodes.get(kind),
  link: (link, all) => {
    const found = between(kindOf(all, link.from), kindOf(all, link.to));
    return found?.kind === link.kind ? found : undefined;
  },
  action: (name) => byName.get(name),
  wire: (from, to) => {
    if (from.id === to.id) return 'Nothing is wired to itself.';
    const found = between(from.kind, to.kind);
    if (!found) return whyNot(from.kind, to.kind);
    if (from.parent !== undefined && to.parent !== undefined && from.parent !== to.parent) return 'They lie in different clusters: what is inside one is wired within it.';
    return found.refuses?.(from, to) ?? found;
  },
};
