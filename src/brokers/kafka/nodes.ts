/** The broker processes of a cluster: they run, stand still, die and come back, and the controller counts on those whose heartbeats it gets. */
import { copyOf } from '../../base/copy.ts';
import type { KafkaCluster } from './cluster.ts';
import type { Brokers } from './partition.ts';
import type { Request } from './protocol.ts';

interface Node {
  up: boolean;
  unfenced: boolean;
  /** Its replica fetchers stand still: a slow disk, a network that is too narrow. */
  stalled: boolean;
  /** Its process stands still: it answers nothing and sends no heartbeats. */
  frozen: boolean;
  life: number;
  /** Its process died: it may have lost what it had last. */
  killed: boolean;
}
/** A request that lies at a process which stands still; `broker` is -1 when any might have answered. */
interface Held {
  readonly from: string;
  readonly correlation: number;
  readonly broker: number;
  readonly request: Request;
}
/** Connections to a process that stands still: what is sent over them is never read. */
interface Unread {
  readonly from: string;
  readonly broker: number;
}
export interface NodesState {
  readonly nodes: readonly Node[];
  readonly held: readonly Held[];
  readonly unread: readonly Unread[];
}

export class Nodes implements Brokers {
  private readonly cluster: KafkaCluster;
  private nodes: Node[];
  private held: Held[] = [];
  private unread: Unread[] = [];
  constructor(cluster: KafkaCluster) {
    this.cluster = cluster;
    this.nodes = Array.from({ length: cluster.settings.brokers }, () => ({ up: true, unfenced: true, stalled: false, frozen: false, life: 0, killed: false }));
  }
  get eligibleLeaderReplicas(): boolean {
    return this.cluster.settings.eligibleLeaderReplicas;
  }
  get count(): number {
    return this.nodes.length;
  }
  up(broker: number): boolean {
    return this.nodes[broker]?.up ?? false;
  }
  get anyUp(): boolean {
    return this.nodes.some((node) => node.up);
  }
  serves(broker: number): boolean {
    return this.up(broker) && !this.frozen(broker);
  }
  unfenced(broker: number): boolean {
    return this.nodes[broker]?.unfenced ?? false;
  }
  replicates(broker: number): boolean {
    return this.serves(broker) && !this.stalled(broker);
  }
  stalled(broker: number): boolean {
    return this.nodes[broker]?.stalled ?? false;
  }
  frozen(broker: number): boolean {
    return this.nodes[broker]?.frozen ?? false;
  }
  /** Some that run fetch nothing: they are to be looked after. */
  get anyLags(): boolean {
    return this.nodes.some(({ up, stalled, frozen }) => up && (stalled || frozen));
  }
  /** The process dies: the controller notices when its heartbeats are missing for broker.session.timeout.ms. */
  kill(broker: number): void {
    const node = this.nodes[broker];
    if (!node?.up) return;
    Object.assign(node, { up: false, frozen: false, killed: true });
    this.cluster.out.push({ kind: 'broker', broker, up: false });
    for (const partition of this.cluster.all()) if (partition.leader === broker) this.cluster.shares.leaderChanged(partition.topic, partition.index);
    this.cluster.brokerLost();
    this.missesHeartbeats(broker, node);
    this.cluster.coordinator.brokerLost(broker);
    this.takeUp(broker);
  }
  /** A controlled shutdown: leadership moves away first. */
  shutDown(broker: number): void {
    const node = this.nodes[broker];
    if (!node?.up) return;
    for (const partition of this.cluster.all()) partition.moveFrom(broker, this.cluster.host.now());
    Object.assign(node, { up: false, frozen: false, life: node.life + 1 });
    this.cluster.out.push({ kind: 'broker', broker, up: false });
    this.fence(broker);
    this.cluster.brokerLost();
    this.cluster.coordinator.brokerLost(broker);
    this.takeUp(broker);
  }
  start(broker: number): void {
    const node = this.nodes[broker];
    if (!node || node.up) return;
    // A broker that registers anew is not the one that the controller counted on.
    this.fence(broker);
    if (node.killed) for (const partition of this.cluster.all()) partition.uncleanShutdown(broker);
    Object.assign(node, { up: true, stalled: false, killed: false });
    this.cluster.out.push({ kind: 'broker', broker, up: true });
    this.returns(broker, node);
  }
  /** Its replica fetchers stand still, or go on. */
  stall(broker: number, on: boolean): void {
    const node = this.nodes[broker];
    if (!node) return;
    node.stalled = on;
    if (on) this.cluster.upkeep.watchLag();
    else for (const partition of this.cluster.all()) partition.resume(broker);
  }
  /** Its process stands still, or goes on with what lies there. */
  freeze(broker: number, on: boolean): void {
    const node = this.nodes[broker];
    if (!node?.up || node.frozen === on) return;
    node.frozen = on;
    if (on) {
      this.cluster.upkeep.watchLag();
      this.missesHeartbeats(broker, node);
      return;
    }
    this.returns(broker, node);
    this.takeUp(broker);
    this.cluster.goesOn(broker);
  }
  /** @param broker -1 when any may answer. @returns whether nobody answers now, but perhaps later */
  holds(from: string, correlation: number, broker: number, request: Request): boolean {
    const addressed = broker >= 0;
    if (addressed ? !this.frozen(broker) : !this.anyUp || this.nodes.some(({ up, frozen }) => up && !frozen)) return false;
    if (!addressed || !this.unread.some((one) => one.from === from && one.broker === broker)) this.held.push({ from, correlation, broker, request });
    return true;
  }
  /** A client gave a connection up: what it sent lies there all the same, but nobody answers the greeting on its next one. */
  reconnects(from: string, broker: number): void {
    if (this.frozen(broker)) this.unread.push({ from, broker });
  }
  /** broker.session.timeout.ms has passed. */
  timer(ref: number): void {
    const broker = Math.floor(ref / 1e6);
    const node = this.nodes[broker];
    if (node && !this.serves(broker) && node.life % 1e6 === ref % 1e6) this.fence(broker);
  }
  save(): NodesState {
    return { nodes: copyOf(this.nodes), held: [...this.held], unread: [...this.unread] };
  }
  load({ nodes, held, unread }: NodesState): void {
    this.unread = [...unread];
    this.nodes = copyOf(nodes) as Node[];
    this.held = [...held];
  }

  private missesHeartbeats(broker: number, node: Node): void {
    node.life++;
    this.cluster.host.after(this.cluster.settings.brokerSessionTimeout, 'fence', broker * 1e6 + (node.life % 1e6));
  }
  /** The controller counts on it, and it fetches what it lacks. */
  private returns(broker: number, node: Node): void {
    node.life++;
    node.unfenced = true;
    for (const partition of this.cluster.all()) {
      partition.elect(this.cluster.host.now());
      partition.resume(broker);
    }
  }
  private fence(broker: number): void {
    const node = this.nodes[broker];
    if (!node?.unfenced) return;
    node.unfenced = false;
    for (const partition of this.cluster.all()) partition.fenced(broker, this.cluster.host.now());
    this.cluster.transactions.goesOn();
  }
  /** What lies there is answered, or breaks off. */
  private takeUp(broker: number): void {
    const held = this.held;
    this.held = [];
    this.unread = this.unread.filter((one) => one.broker !== broker);
    for (const one of held) {
      if (one.broker === broker || one.broker < 0) this.cluster.handle(one.from, one.correlation, one.broker, one.request);
      else this.held.push(one);
    }
  }
}
