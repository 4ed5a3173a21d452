/**
 * One partition with its replicas: appends at the leader, replication, the in-sync set, the high watermark, elections.
 * https://kafka.apache.org/44/design/design/#replication
 */
import { copyOf } from '../../base/copy.ts';
import { type LogState, PartitionLog } from './log.ts';
import type { BatchHeader } from './log-records.ts';
import { ProducerStates, type ProducerStatesState } from './producer-states.ts';
import { keyOf, type NewRecord } from './protocol.ts';
import type { TopicSettings } from './settings.ts';

interface Replica {
  readonly broker: number;
  /** Log end offset of this replica's copy. */
  end: number;
  /** Its fetch lies parked at the leader: it has everything and waits for more. */
  parked: boolean;
  /** µs when it last had everything. */
  caughtUpAt: number;
  /** High watermark as its last fetch told it: up to there it can be read from. */
  known: number;
}
interface State {
  leader: number;
  epoch: number;
  isr: number[];
  /** Eligible leader replicas: left the ISR while it was at or below min.insync.replicas, so they have all that was committed. */
  elr: number[];
  highWatermark: number;
  replicas: Replica[];
  /** Open transactions: producer id → first offset. */
  open: [producerId: number, first: number][];
  lastLeader: number;
}
export interface PartitionState {
  readonly log: LogState;
  readonly state: State;
  readonly producers: ProducerStatesState;
}
/** What a partition tells its cluster. */
export interface PartitionListener {
  /** The high watermark moved up to `to`. */
  committed(partition: Partition, from: number, to: number): void;
  /** @param accepted offsets of the records that are lost, of those for which the broker had answered */
  truncated(partition: Partition, accepted: readonly number[], because: 'unclean_election' | 'leader_failed'): void;
  elected(partition: Partition, clean: boolean): void;
  isrChanged(partition: Partition, shrunk: boolean): void;
  /** Followers have fetched: `partition.replicated(broker)` for each after the way there and back. */
  fetching(partition: Partition, brokers: readonly number[]): void;
}
export interface Brokers {
  /** Its process runs and does not stand still. */
  serves(broker: number): boolean;
  /** The controller counts on it: it may lead. */
  unfenced(broker: number): boolean;
  /** It replicates now. */
  replicates(broker: number): boolean;
  readonly eligibleLeaderReplicas: boolean;
}

/** bytes of a control record */
const CONTROL_BYTES = 70;

export class Partition {
  readonly topic: string;
  readonly index: number;
  /** "topic/index" */
  readonly key: string;
  readonly log = new PartitionLog();
  readonly producers = new ProducerStates();
  settings: TopicSettings;
  private state: State;
  private readonly listener: PartitionListener;
  private readonly brokers: Brokers;

  constructor(topic: string, index: number, replicas: readonly number[], settings: TopicSettings, brokers: Brokers, listener: PartitionListener) {
    this.topic = topic;
    this.index = index;
    this.key = keyOf(topic, index);
    this.settings = settings;
    this.brokers = brokers;
    this.listener = listener;
    const leader = replicas.find((b) => brokers.unfenced(b)) ?? -1;
    const live = replicas.filter((b) => brokers.unfenced(b));
    this.state = { leader, epoch: 0, isr: live.length > 0 ? live : [...replicas], elr: [], highWatermark: 0, replicas: replicas.map((broker) => ({ broker, end: 0, parked: broker !== leader, caughtUpAt: 0, known: 0 })), open: [], lastLeader: leader };
  }
  get leader(): number {
    return this.state.leader;
  }
  get epoch(): number {
    return this.state.epoch;
  }
  get isr(): readonly number[] {
    return this.state.isr;
  }
  /** min.insync.replicas, but never more than there are replicas (KIP-966). */
  get minInsyncReplicas(): number {
    return Math.min(this.settings.minInsyncReplicas, this.state.replicas.length);
  }
  get elr(): readonly number[] {
    return this.state.elr;
  }
  get replicas(): readonly Readonly<Replica>[] {
    return this.state.replicas;
  }
  get highWatermark(): number {
    return this.state.highWatermark;
  }
  /** Last stable offset: below it no transaction is open. */
  get lastStable(): number {
    let least = this.state.highWatermark;
    for (const [, first] of this.state.open) least = Math.min(least, first);
    return least;
  }
  hasOpen(producerId: number): boolean {
    return this.openSince(producerId) >= 0;
  }
  /** First offset of its open transaction; -1 when none is open here. */
  openSince(producerId: number): number {
    return this.state.open.find(([id]) => id === producerId)?.[1] ?? -1;
  }
  /** Appends at the leader. @returns the offset of the first */
  append(records: readonly NewRecord[], header: BatchHeader): number {
    const first = this.log.end;
    if (header.transactional && !header.control && !this.hasOpen(header.producerId)) this.state.open.push([header.producerId, first]);
    for (let place = 0; place < records.length; place++) this.log.append(records[place] as NewRecord, header, place, this.settings);
    this.replica(this.state.leader).end = this.log.end;
    this.letFetch(this.state.replicas.filter((r) => r.parked));
    this.advance();
    return first;
  }
  /** A control record at the leader: the transaction's records, if it has any here, are committed, or never seen by read_committed. */
  end(producerId: number, how: 'commit' | 'abort', now: number): void {
    const open = this.state.open.find(([id]) => id === producerId);
    this.state.open = this.state.open.filter((o) => o !== open);
    if (open && how === 'abort') this.log.abort(this.log.ofTransactions(producerId, open[1]));
    this.append([{ message: -1, key: -1, size: CONTROL_BYTES, time: now }], { producerId, transactional: true, control: true });
  }
  /** A follower's fetch came back with everything up to the leader's end, and its next fetch told the leader so. */
  replicated(broker: number, upTo: number, epoch: number, now: number): void {
    const replica = this.replica(broker);
    if (epoch !== this.state.epoch || this.state.leader < 0 || !this.brokers.replicates(broker) || !this.brokers.serves(this.state.leader)) return;
    replica.end = Math.min(upTo, this.log.end);
    if (replica.end >= this.log.end) replica.caughtUpAt = now;
    replica.known = Math.min(this.state.highWatermark, replica.end);
    if (!this.state.isr.includes(broker) && this.brokers.unfenced(broker) && replica.end >= this.state.highWatermark && replica.end >= this.log.end) {
      this.state.isr.push(broker);
      this.state.elr = this.state.elr.filter((b) => b !== broker);
      this.listener.isrChanged(this, false);
    }
    this.advance();
    if (replica.end < this.log.end) this.letFetch([replica]);
    else replica.parked = true;
  }
  /** The followers' next fetches told them how far the high watermark is. */
  followersKnow(highWatermark: number, epoch: number): void {
    if (epoch !== this.state.epoch) return;
    for (const replica of this.state.replicas) if (this.brokers.replicates(replica.broker)) replica.known = Math.max(replica.known, Math.min(highWatermark, replica.end));
  }
  /** Where a consumer in a rack is to read: the leader, if it is there, else of the in-sync replicas there that have its offset the one that has most (RackAwareReplicaSelector). */
  preferred(inRack: (broker: number) => boolean, offset: number): number {
    const { leader, isr, replicas } = this.state;
    if (inRack(leader)) return leader;
    let best: Replica | undefined;
    for (const replica of replicas) if (inRack(replica.broker) && isr.includes(replica.broker) && replica.end >= offset && (!best || replica.end > best.end)) best = replica;
    return best?.broker ?? leader;
  }
  /** Up to where a broker gives records out; -1 when it has no replica. */
  readableAt(broker: number): number {
    if (broker === this.state.leader) return this.state.highWatermark;
    return this.state.replicas.find((r) => r.broker === broker)?.known ?? -1;
  }
  /** The broker is there again, or may go on: it fetches from the leader what it lacks. */
  resume(broker: number): void {
    const replica = this.state.replicas.find((r) => r.broker === broker);
    if (!replica || this.state.leader < 0) return;
    // The followers' fetches were not answered meanwhile.
    if (broker === this.state.leader) return this.letFetch(this.state.replicas.filter((r) => r !== replica && !r.parked));
    replica.end = Math.min(replica.end, this.log.end);
    this.letFetch([replica]);
  }
  /** Followers that have not had everything for replica.lag.time.max.ms leave the ISR. */
  checkLag(now: number, lagTimeMax: number): void {
    const { leader } = this.state;
    if (leader < 0 || !this.brokers.serves(leader)) return;
    for (const { broker, end, caughtUpAt } of this.state.replicas) {
      if (broker !== leader && this.state.isr.includes(broker) && end < this.log.end && now - caughtUpAt > lagTimeMax) this.shrink(broker);
    }
  }
  /** The controller no longer counts on a broker. */
  fenced(broker: number, now: number): void {
    if (!this.state.replicas.some((r) => r.broker === broker)) return;
    if (this.state.leader === broker) this.state.leader = -1;
    if (this.state.isr.includes(broker)) this.shrink(broker);
    if (this.state.leader < 0) this.elect(now);
  }
  /** A broker comes back after its process died: what it had last may be lost, so it is not eligible to lead (KIP-966). */
  uncleanShutdown(broker: number): void {
    this.state.elr = this.state.elr.filter((b) => b !== broker);
  }
  /** Gives a partition without a leader one, if any may lead. */
  elect(now: number): void {
    const { state, brokers } = this;
    if (state.leader >= 0) return;
    const first = (of: readonly number[]) => state.replicas.map((r) => r.broker).find((b) => of.includes(b) && brokers.unfenced(b));
    let clean = true;
    let leader = first(state.isr) ?? (brokers.eligibleLeaderReplicas ? first(state.elr) : undefined);
    // Nobody is left of the ELR: the last known leader may return, since it had all that was committed.
    if (leader === undefined && brokers.eligibleLeaderReplicas && state.isr.length === 0 && state.elr.length === 0 && brokers.unfenced(state.lastLeader)) leader = state.lastLeader;
    if (leader === undefined && this.settings.uncleanLeaderElection) {
      clean = false;
      leader = state.replicas.map((r) => r.broker).find((b) => brokers.unfenced(b));
    }
    if (leader === undefined) return;
    this.lead(leader, clean, now);
  }
  /** Leadership moves in good order (a controlled shutdown): nothing is lost. */
  moveFrom(broker: number, now: number): void {
    if (this.state.leader !== broker) return;
    const next = this.state.isr.find((b) => b !== broker && this.brokers.unfenced(b));
    if (next === undefined) return;
    // A controlled shutdown waits until the follower has everything.
    this.replica(next).end = this.log.end;
    this.lead(next, true, now);
  }
  save(): PartitionState {
    return { log: this.log.save(), state: copyOf(this.state), producers: this.producers.save() };
  }
  load(saved: PartitionState): void {
    this.log.load(saved.log);
    this.state = copyOf(saved.state);
    this.producers.load(saved.producers);
  }

  private replica(broker: number): Replica {
    return this.state.replicas.find((r) => r.broker === broker) as Replica;
  }
  private letFetch(replicas: readonly Replica[]): void {
    for (const replica of replicas) replica.parked = false;
    const brokers = replicas.map((r) => r.broker).filter((b) => this.brokers.replicates(b));
    if (brokers.length > 0) this.listener.fetching(this, brokers);
  }
  private shrink(broker: number): void {
    const { state } = this;
    // Without eligible leader replicas the last member of the ISR stays in it, even when it is down.
    if (state.isr.length === 1 && !this.brokers.eligibleLeaderReplicas) return;
    const strict = this.brokers.eligibleLeaderReplicas && state.isr.length <= this.settings.minInsyncReplicas;
    state.isr = state.isr.filter((b) => b !== broker);
    if (strict) state.elr.push(broker);
    this.listener.isrChanged(this, true);
    this.advance();
  }
  private lead(leader: number, clean: boolean, now: number): void {
    const { state } = this;
    state.epoch++;
    state.leader = leader;
    state.lastLeader = leader;
    const mine = this.replica(leader);
    const lost = this.log.truncate(mine.end);
    state.highWatermark = Math.min(state.highWatermark, this.log.end);
    if (!state.isr.includes(leader)) state.isr = clean ? [...state.isr, leader] : [leader];
    if (!clean) state.elr = [];
    state.elr = state.elr.filter((b) => b !== leader);
    state.open = state.open.filter(([, first]) => first < this.log.end);
    this.producers.truncate(this.log.end);
    mine.parked = false;
    mine.caughtUpAt = now;
    if (lost) this.listener.truncated(this, lost, clean ? 'leader_failed' : 'unclean_election');
    this.listener.elected(this, clean);
    const followers = state.replicas.filter((r) => r.broker !== leader);
    for (const replica of followers) {
      replica.end = Math.min(replica.end, this.log.end);
      replica.known = Math.min(replica.known, replica.end);
      replica.caughtUpAt = now;
    }
    this.letFetch(followers);
    this.advance();
  }
  /** The high watermark is what all in-sync replicas have; it stands while there are too few of them (Partition.isUnderMinIsr). */
  private advance(): void {
    const { state } = this;
    if (state.leader < 0) return;
    if (state.isr.length < this.minInsyncReplicas) return;
    let to = this.log.end;
    for (const { broker, end } of state.replicas) if (end < to && state.isr.includes(broker)) to = end;
    const from = state.highWatermark;
    if (to <= from) return;
    state.highWatermark = to;
    this.listener.committed(this, from, to);
  }
}
