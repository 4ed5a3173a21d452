/** What brokers do every so often by themselves: they look for followers that lag, and clean their logs. */
import type { KafkaCluster } from './cluster.ts';

export interface UpkeepState {
  readonly lagCheck: boolean;
  readonly retentionCheck: boolean;
}

export class Upkeep {
  private readonly cluster: KafkaCluster;
  /** A check is on its way. */
  private lagCheck = false;
  private retentionCheck = false;
  constructor(cluster: KafkaCluster) {
    this.cluster = cluster;
  }
  /** Followers that do not keep up leave the in-sync replicas. */
  watchLag(): void {
    if (this.lagCheck) return;
    this.lagCheck = true;
    // isr-expiration runs every half of replica.lag.time.max.ms (ReplicaManager).
    this.cluster.host.after(Math.ceil(this.cluster.settings.replicaLagTimeMax / 2), 'lag', 0);
  }
  watchRetention(): void {
    if (this.retentionCheck) return;
    this.retentionCheck = true;
    this.cluster.host.after(this.cluster.settings.retentionCheckInterval, 'retention', 0);
  }
  timer(name: 'lag' | 'retention'): void {
    if (name === 'lag') {
      this.lagCheck = false;
      for (const partition of this.cluster.all()) partition.checkLag(this.cluster.host.now(), this.cluster.settings.replicaLagTimeMax);
      if (this.cluster.nodes.anyLags) this.watchLag();
    } else {
      this.retentionCheck = false;
      this.clean(this.cluster.host.now());
      this.watchRetention();
    }
  }
  save(): UpkeepState {
    return { lagCheck: this.lagCheck, retentionCheck: this.retentionCheck };
  }
  load({ lagCheck, retentionCheck }: UpkeepState): void {
    this.lagCheck = lagCheck;
    this.retentionCheck = retentionCheck;
  }

  /** Retention and compaction, as the log manager does every log.retention.check.interval.ms. */
  private clean(now: number): void {
    const { cluster } = this;
    for (const partition of cluster.all()) {
      const { topic, index, log, settings } = partition;
      partition.producers.expire(now - cluster.settings.producerIdExpiration);
      const taken = log.compact(now, settings);
      if (taken.length > 0) cluster.out.push({ kind: 'compacted', topic, partition: index, offsets: taken });
      const before = log.start;
      if (log.retain(now, settings, partition.highWatermark) <= before) continue;
      cluster.out.push({ kind: 'deleted', topic, partition: index, before: log.start });
      cluster.shares.logStart(topic, index, log.start);
    }
  }
}
