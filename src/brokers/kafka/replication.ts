/** The followers' fetches on their way: what they have is the leader's knowledge a way there and back later, and its high watermark theirs. */
import { Once, type OnceState } from '../underway.ts';
import type { KafkaCluster } from './cluster.ts';
import type { Partition } from './partition.ts';
import { apart } from './racks.ts';

/** Fetches of followers that are equally far from their leader. */
interface Journey {
  readonly topic: string;
  readonly partition: number;
  readonly brokers: readonly number[];
  readonly upTo: number;
  readonly epoch: number;
}
export type ReplicationState = OnceState<Journey>;

export class Replication {
  private readonly cluster: KafkaCluster;
  private readonly journeys = new Once<Journey>();
  constructor(cluster: KafkaCluster) {
    this.cluster = cluster;
  }
  /** Followers have fetched. */
  fetching({ topic, index, leader, epoch, log }: Partition, all: readonly number[]): void {
    for (let first = 0; first < all.length; ) {
      const away = this.latency(leader, all[first] as number);
      let end = first + 1;
      while (end < all.length && this.latency(leader, all[end] as number) === away) end++;
      const brokers = all.slice(first, end);
      // There with the records, and back with the next fetch, which tells the leader that they arrived.
      this.cluster.host.after(2 * away, 'replicated', this.journeys.keep({ topic, partition: index, brokers, upTo: log.end, epoch }));
      first = end;
    }
  }
  arrived(ref: number): void {
    const journey = this.journeys.take(ref);
    if (!journey) return;
    const { topic, partition, brokers, upTo, epoch } = journey;
    for (const broker of brokers) this.cluster.anyPartition(topic, partition)?.replicated(broker, upTo, epoch, this.cluster.host.now());
  }
  /** A follower learns the high watermark with the answer to its next fetch. */
  tellFollowers({ topic, index, epoch, leader, replicas }: Partition, upTo: number): void {
    const brokers = replicas.map((r) => r.broker);
    this.cluster.host.after(Math.max(...brokers.map((b) => this.latency(leader, b))), 'followers know', this.journeys.keep({ topic, partition: index, brokers, upTo, epoch }));
  }
  followersKnow(ref: number): void {
    const journey = this.journeys.take(ref);
    if (!journey) return;
    const { topic, partition, upTo, epoch } = journey;
    this.cluster.partition(topic, partition)?.followersKnow(upTo, epoch);
    this.cluster.fetches.look(this.cluster.keyOf(topic, partition));
  }
  save(): ReplicationState {
    return this.journeys.save();
  }
  load(state: ReplicationState): void {
    this.journeys.load(state);
  }
  /** µs one way between two brokers */
  private latency(a: number, b: number): number {
    const { racks, rackLatency, replicationLatency } = this.cluster.settings;
    return replicationLatency + (apart(racks[a], racks[b]) ? rackLatency : 0);
  }
}
