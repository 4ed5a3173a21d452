import type { ScenarioLink } from '../../scenario/document.ts';
import type { RoomHost, Topology } from '../contract.ts';
import type { RabbitBroker } from './broker.ts';
import { type EntityPlan, plan } from './declare.ts';
import { type Stencil, stencil } from './protocol.ts';
import type { SessionState } from './sessions.ts';
import type { Source } from './subscribing.ts';
import type { Geography } from './teller.ts';

type BindingPlan = EntityPlan['bindings'][number];

/** What the document says of a cluster and its surroundings, looked up by the broker's names: nothing that happens changes it. */
export class Atlas implements Geography {
  readonly cluster: string;
  topology: Topology;
  entities: EntityPlan = { queues: [], exchanges: [], bindings: [] };
  /** By link that publishes. */
  stencils = new Map<string, { readonly target: string; readonly of: Stencil }>();
  private readonly host: RoomHost;
  private readonly server: RabbitBroker;
  private queueNodes = new Map<string, string>();
  private exchangeNodes = new Map<string, string>();
  private links = new Map<string, ScenarioLink>();
  /** By kind of the destination, source, and destination. */
  private bindings: Record<'queue' | 'exchange', Map<string, Map<string, BindingPlan[]>>> = { queue: new Map(), exchange: new Map() };

  constructor(host: RoomHost, server: RabbitBroker, topology: Topology) {
    this.host = host;
    this.server = server;
    this.topology = topology;
    this.cluster = topology.cluster.id;
  }
  /** The names of a topology, without touching the server: when a checkpoint is restored. */
  know(topology: Topology): void {
    this.topology = topology;
    this.entities = plan(topology);
    this.queueNodes = new Map(this.entities.queues.map((q) => [q.name, q.node]));
    this.exchangeNodes = new Map(this.entities.exchanges.map((e) => [e.name, e.node]));
    this.links = new Map(topology.links.map((l) => [l.id, l]));
    const nodes = new Map(topology.nodes.map((node) => [node.id, node]));
    this.stencils = new Map(
      topology.links.flatMap(({ id, kind, to, config = {} }) => {
        const target = kind === 'publish' ? nodes.get(to) : undefined;
        return target ? [[id, { target: to, of: stencil(this.host, target, config) }] as const] : [];
      }),
    );
    this.bindings = { queue: new Map(), exchange: new Map() };
    for (const binding of this.entities.bindings) {
      const { source, destination } = binding;
      const ends = this.bindings[binding.toKind].get(source) ?? new Map<string, BindingPlan[]>();
      ends.set(destination, [...(ends.get(destination) ?? []), binding]);
      this.bindings[binding.toKind].set(source, ends);
    }
  }
  queue(name: string): string {
    return this.queueNodes.get(name) ?? name;
  }
  partition(queue: string): number {
    return this.entities.queues.find((q) => q.name === queue)?.partition ?? -1;
  }
  stored(stream: string, from: number) {
    const { first, end } = this.server.offsets(stream);
    return { first, messages: this.server.stored(stream, from, end) };
  }
  exchange(name: string): string {
    return this.exchangeNodes.get(name) ?? this.cluster;
  }
  wire(from: string, to: string, toKind: 'queue' | 'exchange', via: string, routingKey: string): string | undefined {
    if (via === 'dead-letter') return `x-dead-letter-exchange:${this.queue(from)}`;
    if (via === 'alternate-exchange') return `alternate-exchange:${this.exchange(from)}`;
    const bindings = this.bindings[toKind].get(from)?.get(to);
    const link = (bindings?.find((b) => b.routingKey === routingKey) ?? bindings?.[0])?.link;
    return link === this.queue(to) ? undefined : link;
  }
  linkConfig(session: SessionState): Readonly<Record<string, unknown>> {
    return this.links.get(session.link)?.config ?? {};
  }
  /** The node at the broker's end of a session's link. */
  nodeAt(state: SessionState): string {
    const link = this.links.get(state.link);
    return (state.kind === 'publish' ? link?.to : link?.from) ?? this.cluster;
  }
  /** The queues at the broker's end of a session's link: one, or the partitions of a super stream. */
  sourcesOf(state: SessionState): readonly Source[] {
    const node = this.nodeAt(state);
    return this.entities.queues.filter((q) => q.node === node).map(({ name, partition = -1 }) => ({ name, partition }));
  }
}
