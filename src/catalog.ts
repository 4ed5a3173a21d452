/** Everything that documents, palettes and command lines know of: one line per room. A broker's data come when it is first asked for. */
import { checks } from './checks/descriptor.ts';
import { clients } from './clients/descriptor.ts';
import { faults } from './faults/descriptor.ts';
import type { ActionDescriptor, Catalog, NodeDescriptor, RoomDescriptor, Rules } from './scenario/descriptor.ts';

const BROKERS: Readonly<Record<string, () => Promise<RoomDescriptor>>> = {
  rabbitmq: async () => (await import('./brokers/rabbitmq/descriptor.ts')).rabbitmq,
  kafka: async () => (await import('./brokers/kafka/descriptor.ts')).kafka,
  sqs: async () => (await import('./brokers/sqs/descriptor.ts')).sqs,
  nats: async () => (await import('./brokers/nats/descriptor.ts')).nats,
  pulsar: async () => (await import('./brokers/pulsar/descriptor.ts')).pulsar,
  'google-pubsub': async () => (await import('./brokers/google-pubsub/descriptor.ts')).googlePubsub,
  'redis-streams': async () => (await import('./brokers/redis-streams/descriptor.ts')).redisStreams,
  'event-grid': async () => (await import('./brokers/event-grid/descriptor.ts')).eventGrid,
  eventbridge: async () => (await import('./brokers/eventbridge/descriptor.ts')).eventbridge,
};
/** What the models keep to, with the pages that state it; only the page of rules and its badges need them. */
const RULES: Readonly<Record<string, () => Promise<readonly Rules[]>>> = {
  rabbitmq: async () => [(await import('./brokers/rabbitmq/rules.ts')).rules],
  kafka: async () => [(await import('./brokers/kafka/rules.ts')).rules, (await import('./brokers/kafka/partitioner-rules.ts')).partitionerRules, (await import('./brokers/kafka/group/rules.ts')).groupRules],
  nats: async () => [(await import('./brokers/nats/rules.ts')).rules],
  pulsar: async () => [(await import('./brokers/pulsar/rules.ts')).rules],
  'redis-streams': async () => [(await import('./brokers/redis-streams/rules.ts')).rules],
  sqs: async () => [(await import('./brokers/sqs/rules.ts')).rules],
  eventbridge: async () => [(await import('./brokers/eventbridge/rules.ts')).rules],
  'event-grid': async () => [(await import('./brokers/event-grid/rules.ts')).rules],
  'google-pubsub': async () => [(await import('./brokers/google-pubsub/rules.ts')).rules],
};
const loaded = new Map<string, RoomDescriptor>();
const listeners = new Set<() => void>();
let rooms: readonly RoomDescriptor[] = [];
let nodes = new Map<string, NodeDescriptor>();
let byName = new Map<string, ActionDescriptor>();

function assemble(): void {
  // In the order of the list above, whichever came first.
  rooms = [clients, faults, ...Object.keys(BROKERS).flatMap((id) => loaded.get(id) ?? [])];
  nodes = new Map(rooms.flatMap((r) => r.nodes.map((n) => [n.kind, n])));
  byName = new Map(rooms.flatMap((r) => r.actions.map((a) => [a.name, a])));
  for (const listener of listeners) listener();
}
assemble();

/** Loads what is known of these brokers; of all of them when none are named. Families that are no broker's are passed over. */
export async function loadRooms(families: Iterable<string> = Object.keys(BROKERS)): Promise<void> {
  const missing = [...new Set(families)].filter((id) => Object.hasOwn(BROKERS, id) && !loaded.has(id));
  if (missing.length === 0) return;
  await Promise.all(missing.map(async (id) => loaded.set(id, (await BROKERS[id]?.()) as RoomDescriptor)));
  assemble();
}
/** What the model of a broker keeps to, in the order of its numbers; empty for what is no broker. */
export async function rulesOf(id: string): Promise<Rules> {
  const lists = (await RULES[id]?.()) ?? [];
  return Object.assign({}, ...lists) as Rules;
}
/** `listener` is called whenever there is more in the catalog. @returns ends that */
export function onRooms(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
const kindOf = (all: readonly { readonly id: string; readonly kind: string }[], id: string) => all.find((n) => n.id === id)?.kind ?? '';
/** A kind, and the families whose wires fit it. */
const namesOf = (kind: string): readonly string[] => {
  const node = nodes.get(kind);
  return node ? [kind, node.family, ...(node.plays ?? [])] : [kind];
};
function between(from: string, to: string) {
  const [starts, ends] = [namesOf(from), namesOf(to)];
  return rooms.flatMap((r) => r.links).find((l) => l.from.some((kind) => starts.includes(kind)) && l.to.some((kind) => ends.includes(kind)));
}

/** Why not, for the pairs that people try. At the start of a wire a bridge is what it plays, at its end what it is. */
function whyNot(from: string, to: string): string {
  const [start, end] = [nodes.get(from), nodes.get(to)];
  const starts = ['*', from, ...(start?.plays ?? [start?.family])];
  const ends = ['*', to, end?.family];
  return rooms.flatMap((r) => r.whyNot ?? []).find((r) => starts.includes(r.from) && ends.includes(r.to))?.says ?? `${nodes.get(from)?.title ?? from} and ${nodes.get(to)?.title ?? to} cannot be wired.`;
}
export const catalog: Catalog = {
  get rooms() {
    return rooms;
  },
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
    if (!found.across && from.parent !== undefined && to.parent !== undefined && from.parent !== to.parent) return 'They lie in different clusters: what is inside one is wired within it.';
    return found.refuses?.(from, to) ?? found;
  },
};
