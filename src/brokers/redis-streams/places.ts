/** Where everything is in the document: nodes by the names that the server knows, settings and ends of links by session. */
import type { Topology } from '../contract.ts';
import type { Wiring } from './desk.ts';
import type { Geography } from './ledger.ts';
import { type Config, type GroupPlan, keysOf, type Plan, plan, type ReadPlan } from './plan.ts';
import type { SessionState } from './traffic.ts';

const NOTHING: Plan = { streams: [], groups: [], reads: [] };
const pair = (key: string, group: string): string => `${key.length} ${key} ${group}`;

export class Places implements Geography, Wiring {
  readonly server: string;
  entities: Plan = NOTHING;
  private told: Plan = NOTHING;
  private topology: Topology;
  private streams = new Map<string, string>();
  private reads = new Map<string, ReadPlan>();
  /** Of the links there are now only. */
  private links = new Map<string, Topology['links'][number]>();
  private wires = new Map<string, string>();
  private keys = new Map<string, readonly string[]>();
  constructor(topology: Topology) {
    this.server = topology.cluster.id;
    this.topology = topology;
  }
  know(topology: Topology): void {
    this.topology = topology;
    this.entities = plan(topology);
    this.index();
  }
  /** What the server was told of: it may be behind the document. */
  get applied(): Plan {
    return this.told;
  }
  set applied(plan: Plan) {
    this.told = plan;
    this.index();
  }
  private index(): void {
    const { entities, told } = this;
    // What is in the document now goes before what was.
    const both = [told, entities];
    this.streams = new Map(both.flatMap((p) => [...p.streams].reverse().map((s) => [s.key, s.node])));
    this.reads = new Map(both.flatMap((p) => [...p.reads].reverse().map((r) => [pair(r.key, r.group), r])));
    this.wires = new Map([...entities.reads].reverse().map((r) => [pair(r.key, r.group), r.link]));
    this.links = new Map(this.topology.links.map((l) => [l.id, l]));
    this.keys = new Map(entities.groups.map(({ node }) => [node, keysOf(entities, node)]));
  }
  streamNode(key: string): string {
    return this.streams.get(key) ?? this.server;
  }
  groupNode(key: string, group: string): string {
    return this.reads.get(pair(key, group))?.groupNode ?? this.server;
  }
  wire(key: string, group: string): string | undefined {
    return this.wires.get(pair(key, group));
  }
  config(): Config {
    return this.topology.cluster.config ?? {};
  }
  configOf(session: SessionState): Config {
    return this.links.get(session.link)?.config ?? {};
  }
  nodeOf(session: SessionState): string {
    const link = this.links.get(session.link);
    return (session.kind === 'publish' ? link?.to : link?.from) ?? this.server;
  }
  keyOf(session: SessionState): string {
    const node = this.nodeOf(session);
    return this.entities.streams.find((s) => s.node === node)?.key ?? node;
  }
  groupOf(session: SessionState): GroupPlan | undefined {
    const node = this.nodeOf(session);
    return this.entities.groups.find((g) => g.node === node);
  }
  keysOf(session: SessionState): readonly string[] {
    return this.keys.get(this.nodeOf(session)) ?? [];
  }
}
