/**
 * A topic of the cluster's own, __consumer_offsets or __transaction_state: whoever leads the partition that a name comes to coordinates
 * what has that name. Only leadership and replicas are kept of it, not its records.
 * https://kafka.apache.org/44/design/design/ (consumer offset tracking), https://kafka.apache.org/44/configuration/broker-configs/
 */
import { hashOfString } from './assignors/hash-order.ts';
import type { KafkaCluster } from './cluster.ts';
import { toPositive } from './murmur2.ts';
import { Partition, type PartitionState } from './partition.ts';
import { spread } from './racks.ts';
import { type InternalTopicSettings, topicSettings } from './settings.ts';

export type InternalTopicState = readonly { readonly index: number; readonly replicas: readonly number[]; readonly state: PartitionState }[];

export class InternalTopic {
  readonly name: string;
  private readonly settings: InternalTopicSettings;
  private readonly cluster: KafkaCluster;
  private readonly elected: (partition: Partition) => void;
  /** Those that were asked for, by their numbers. */
  private readonly made = new Map<number, Partition>();
  /** @param elected a partition has another leader */
  constructor(name: string, settings: InternalTopicSettings, cluster: KafkaCluster, elected: (partition: Partition) => void) {
    this.name = name;
    this.settings = settings;
    this.cluster = cluster;
    this.elected = elected;
  }
  /** The partition that a group's name, or a transactional.id, comes to. */
  partitionOf(id: string): Partition {
    const index = toPositive(hashOfString(id)) % this.settings.partitions;
    return this.made.get(index) ?? this.make(index, spread(this.cluster.settings.racks, Math.min(this.settings.replicas, this.cluster.nodes.count), index));
  }
  partition(index: number): Partition | undefined {
    return this.made.get(index);
  }
  partitions(): IterableIterator<Partition> {
    return this.made.values();
  }
  save(): InternalTopicState {
    return [...this.made.values()].map((partition) => ({ index: partition.index, replicas: partition.replicas.map((r) => r.broker), state: partition.save() }));
  }
  load(saved: InternalTopicState): void {
    this.made.clear();
    for (const { index, replicas, state } of saved) this.make(index, replicas).load(state);
  }

  private make(index: number, replicas: readonly number[]): Partition {
    const { cluster } = this;
    const nothing = () => undefined;
    const partition = new Partition(this.name, index, replicas, topicSettings({}), cluster.nodes, {
      committed: nothing,
      truncated: nothing,
      isrChanged: nothing,
      elected: (one) => this.elected(one),
      fetching: (one, brokers) => cluster.fetching(one, brokers),
    });
    this.made.set(index, partition);
    return partition;
  }
}
