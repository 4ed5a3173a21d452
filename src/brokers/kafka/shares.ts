/** Share-partitions of a cluster's share groups, as the leaders keep them: fetches that acquire, acknowledgements, locks. */
import { copyOf } from '../../base/copy.ts';
import type { KafkaCluster } from './cluster.ts';
import { clientOf } from './connection.ts';
import { type Acknowledgement, SharePartition } from './group/share.ts';
import type { AcknowledgeType, OffsetRange, ShareEvent, ShareSettings } from './group/share-state.ts';
import type { Partition } from './partition.ts';
import { type AcknowledgementResult, type AcquiredGap, type AcquiredRecord, keyOf, type RecordAcknowledgement, type ShareRequest, type TopicPartition } from './protocol.ts';
import { Waiting, type WaitingState } from './waiting.ts';

type FetchRequest = Extract<ShareRequest, { api: 'ShareFetch' }>;
/** A group's own settings (kafka-configs.sh --entity-type groups). */
export interface ShareGroupConfig extends Partial<ShareSettings> {
  readonly autoOffsetReset: 'latest' | 'earliest';
  readonly isolation: 'read_uncommitted' | 'read_committed';
}
interface Parked {
  readonly from: string;
  readonly correlation: number;
  readonly request: FetchRequest;
  /** What its acknowledgements came to: told with the records. */
  readonly acknowledged: readonly AcknowledgementResult[];
}
/** Retention took its record while a member held it. */
interface Orphan {
  readonly offset: number;
  readonly member: string;
}
interface Shared extends TopicPartition {
  readonly group: string;
  readonly it: SharePartition;
  orphans: Orphan[];
}
export interface SharesState {
  readonly partitions: readonly { readonly group: string; readonly topic: string; readonly partition: number; readonly it: unknown; readonly orphans: readonly Orphan[] }[];
  readonly configs: readonly (readonly [string, ShareGroupConfig])[];
  readonly parked: WaitingState<Parked>;
  readonly timers: readonly (readonly [number, readonly [key: string, ref: number]])[];
  readonly next: number;
}
const DEFAULTS: ShareGroupConfig = { autoOffsetReset: 'latest', isolation: 'read_uncommitted' };
const shareKey = (group: string, topic: string, partition: number) => `${keyOf(topic, partition)} ${group}`;

export class Shares {
  private readonly cluster: KafkaCluster;
  private readonly partitions = new Map<string, Shared>();
  private configs = new Map<string, ShareGroupConfig>();
  private readonly parked: Waiting<Parked>;
  private timers = new Map<number, readonly [key: string, ref: number]>();
  private next = 0;
  constructor(cluster: KafkaCluster) {
    this.cluster = cluster;
    this.parked = new Waiting(({ request }) => request.partitions.map(({ topic, partition }) => cluster.keyOf(topic, partition)));
  }
  /** Holds from now on, for what is under way as well. */
  configure(group: string, config: ShareGroupConfig): void {
    if (JSON.stringify(this.configs.get(group)) === JSON.stringify(config)) return;
    this.configs.set(group, config);
    for (const shared of [...this.partitions.values()]) {
      if (shared.group !== group) continue;
      const again = this.make(group, shared.topic, shared.partition, 0);
      again.it.load(shared.it.save());
      again.orphans = shared.orphans;
    }
  }
  handle(from: string, correlation: number, request: ShareRequest): void {
    const { out } = this.cluster;
    if (request.api === 'ShareSessionEnd') {
      this.forget(from);
      return this.release(request.group, request.memberId);
    }
    const acknowledged = this.acknowledge(request.group, request.memberId, request.acknowledgements);
    if (request.api === 'ShareAcknowledge') out.push({ kind: 'response', to: from, correlation, response: { api: 'ShareAcknowledge', acknowledged } });
    else {
      const parked: Parked = { from, correlation, request, acknowledged };
      if (!this.answer(parked, false)) this.cluster.host.after(request.maxWait, 'share-fetch', this.parked.add(parked));
    }
    // What was released may be what somebody waits for.
    for (const key of new Set(request.acknowledgements.map((a) => keyOf(a.topic, a.partition)))) this.look(key);
  }
  /** There may be more to acquire in a partition, or in all. */
  look(key?: string): void {
    for (const id of this.parked.numbers(key)) {
      const parked = this.parked.get(id);
      if (parked && this.answer(parked, false)) this.parked.remove(id);
    }
  }
  timer(name: string, id: number): void {
    if (name === 'share-fetch') {
      const parked = this.parked.get(id);
      this.parked.remove(id);
      if (parked) this.answer(parked, true);
      return;
    }
    const [key = '', ref = 0] = this.timers.get(id) ?? [];
    this.timers.delete(id);
    const shared = this.partitions.get(key);
    if (!shared) return;
    this.moving(shared, () => shared.it.timer('acquisition-lock', ref));
    this.look(keyOf(shared.topic, shared.partition));
  }
  forget(from: string): void {
    for (const id of this.parked.numbers()) if (this.parked.get(id)?.from === from) this.parked.remove(id);
  }
  leaderChanged(topic: string, partition: number): void {
    for (const shared of this.of(topic, partition)) this.moving(shared, () => shared.it.failover());
  }
  logStart(topic: string, partition: number, start: number): void {
    for (const shared of this.of(topic, partition)) {
      const { startOffset } = shared.it;
      shared.it
        .records()
        .slice(0, Math.max(0, start - startOffset))
        .forEach((record, i) => {
          if (record.state === 'Acquired') shared.orphans.push({ offset: startOffset + i, member: record.member });
        });
      shared.it.logStart(start);
    }
  }
  topicDeleted(topic: string): void {
    for (const [key, shared] of [...this.partitions]) if (shared.topic === topic) this.partitions.delete(key);
  }
  /** kafka-share-groups.sh --reset-offsets */
  reset(group: string, offsets: readonly (TopicPartition & { readonly offset: number })[], latest: boolean): void {
    for (const { topic, partition, offset } of offsets) {
      this.make(group, topic, partition, offset);
      this.cluster.out.push({ kind: 'share-start', group, topic, partition, offset, latest });
    }
  }
  /** For pictures: -1 while the group has not begun there. */
  startOffset(group: string, { topic, partition }: TopicPartition): number {
    return this.partitions.get(shareKey(group, topic, partition))?.it.startOffset ?? -1;
  }
  save(): SharesState {
    const partitions = [...this.partitions.values()].map(({ group, topic, partition, it, orphans }) => ({ group, topic, partition, it: it.save(), orphans: [...orphans] }));
    return { partitions, parked: this.parked.save(copyOf), ...copyOf({ configs: [...this.configs], timers: [...this.timers] }), next: this.next };
  }
  load(state: SharesState): void {
    const { configs, timers } = copyOf({ configs: state.configs, timers: state.timers });
    this.configs = new Map(configs);
    this.parked.load(state.parked, copyOf);
    this.timers = new Map(timers);
    this.partitions.clear();
    for (const { group, topic, partition, it, orphans } of state.partitions) {
      const shared = this.make(group, topic, partition, 0);
      shared.it.load(it);
      shared.orphans = [...orphans];
    }
    this.next = state.next;
  }

  private of(topic: string, partition: number): Shared[] {
    return [...this.partitions.values()].filter((s) => s.topic === topic && s.partition === partition);
  }
  private make(group: string, topic: string, partition: number, startOffset: number): Shared {
    const key = shareKey(group, topic, partition);
    const { host, out } = this.cluster;
    const after = (delay: number, _name: string, ref: number) => {
      const id = this.next++;
      this.timers.set(id, [key, ref]);
      host.after(delay, 'share-lock', id);
    };
    const tell = (event: ShareEvent) => void out.push({ kind: 'share', group, topic, partition, event });
    const shared: Shared = { group, topic, partition, it: new SharePartition({ now: () => host.now(), after, tell }, startOffset, this.configs.get(group) ?? DEFAULTS), orphans: [] };
    this.partitions.set(key, shared);
    return shared;
  }
  /** Its leader begins where share.auto.offset.reset says when it is first fetched from. */
  private begun(group: string, partition: Partition): Shared {
    const { topic, index } = partition;
    const known = this.partitions.get(shareKey(group, topic, index));
    if (known) return known;
    const latest = (this.configs.get(group) ?? DEFAULTS).autoOffsetReset === 'latest';
    const offset = latest ? partition.highWatermark : partition.log.start;
    this.cluster.out.push({ kind: 'share-start', group, topic, partition: index, offset, latest });
    return this.make(group, topic, index, offset);
  }
  private moving<T>(shared: Shared, todo: () => T): T {
    const { group, topic, partition, it } = shared;
    const before = it.startOffset;
    const result = todo();
    if (it.startOffset > before) this.cluster.out.push({ kind: 'share-moved', group, topic, partition, offset: it.startOffset });
    return result;
  }
  private release(group: string, memberId: string): void {
    for (const shared of this.partitions.values()) {
      if (shared.group !== group) continue;
      this.moving(shared, () => shared.it.release(memberId));
      this.orphansOf(shared, memberId, null);
    }
    for (const shared of [...this.partitions.values()]) if (shared.group === group) this.look(keyOf(shared.topic, shared.partition));
  }
  /** Partition by partition, each as a whole or not at all. */
  private acknowledge(group: string, memberId: string, all: readonly RecordAcknowledgement[]): AcknowledgementResult[] {
    return [...new Set(all.map((a) => keyOf(a.topic, a.partition)))].flatMap((key) => {
      const some = all.filter((a) => keyOf(a.topic, a.partition) === key);
      const { topic, partition } = some[0] as RecordAcknowledgement;
      const shared = this.partitions.get(shareKey(group, topic, partition));
      const led = this.cluster.leaderError(this.cluster.partition(topic, partition));
      const batches = inRanges([...some].sort((a, b) => a.offset - b.offset));
      const error = led !== 'NONE' ? led : !shared ? 'INVALID_RECORD_STATE' : this.moving(shared, () => shared.it.acknowledge(memberId, batches));
      if (error === null && shared) for (const { offset } of some) this.orphansOf(shared, memberId, offset);
      return some.map(({ offset }) => ({ topic, partition, offset, error }));
    });
  }
  /** A record that is no longer in the log was worked on, or its member is gone (`offset` null). */
  private orphansOf(shared: Shared, memberId: string, offset: number | null): void {
    const { group, topic, partition } = shared;
    const mine = shared.orphans.filter((o) => o.member === memberId && (offset === null || o.offset === offset));
    shared.orphans = shared.orphans.filter((o) => !mine.includes(o));
    for (const o of mine) this.cluster.out.push({ kind: 'share', group, topic, partition, event: offset === null ? { kind: 'archived', offset: o.offset, because: 'log-start' } : { kind: 'acknowledged', offset: o.offset } });
  }
  /** @param anyhow with what there is, even nothing. @returns whether it was answered */
  private answer({ from, correlation, request, acknowledged }: Parked, anyhow: boolean): boolean {
    const { cluster } = this;
    const { group, maxRecords, minBytes, maxBytes, round } = request;
    const turn = request.partitions.length === 0 ? 0 : round % request.partitions.length;
    const wanted = [...request.partitions.slice(turn), ...request.partitions.slice(0, turn)];
    const led = wanted.flatMap(({ topic, partition }) => cluster.partition(topic, partition) ?? []).filter((p) => cluster.leaderError(p) === 'NONE');
    const wrong = !cluster.nodes.anyUp || led.length < wanted.length;
    const readable = led.map((partition) => ({ partition, shared: this.begun(group, partition) })).filter(({ shared }) => shared.it.canAcquire());
    const batches = readable.map(({ partition, shared }) => readBatches(partition, shared.it.nextFetchOffset(), Math.min(this.endOf(group, partition), shared.it.endOffset + 1 + maxRecords), maxBytes, this.endOf(group, partition)));
    const bytes = batches.reduce((sum, b) => sum + b.bytes, 0);
    if (!anyhow && !wrong && (bytes === 0 || bytes < minBytes)) return false;
    const records: AcquiredRecord[] = [];
    const gaps: AcquiredGap[] = [];
    let left = maxBytes;
    for (const [i, { partition, shared }] of readable.entries()) {
      const read = batches[i];
      if (!read || read.batches.length === 0 || records.length >= maxRecords || left <= 0) continue;
      left -= read.bytes;
      const acquired = this.acquire(clientOf(from), partition, shared, read.batches, request, maxRecords - records.length);
      records.push(...acquired.records);
      gaps.push(...acquired.gaps);
    }
    if (records.length === 0 && gaps.length === 0 && !anyhow && !wrong) return false;
    cluster.out.push({ kind: 'response', to: from, correlation, response: { api: 'ShareFetch', error: wrong ? 'LEADER_NOT_AVAILABLE' : 'NONE', records, gaps, acknowledged } });
    return true;
  }
  private acquire(client: string, partition: Partition, shared: Shared, batches: readonly OffsetRange[], { memberId, mode, group }: FetchRequest, most: number): { readonly records: readonly AcquiredRecord[]; readonly gaps: readonly AcquiredGap[] } {
    const committed = (this.configs.get(group) ?? DEFAULTS).isolation === 'read_committed';
    const { topic, index, log } = partition;
    const records: AcquiredRecord[] = [];
    const gaps: AcquiredGap[] = [];
    const aborted: OffsetRange[] = [];
    this.moving(shared, () => {
      for (const { first, last, deliveryCount } of shared.it.acquire(memberId, batches, most, mode)) {
        for (let offset = first; offset <= last; offset++) {
          if (!log.has(offset)) gaps.push({ topic, partition: index, offset });
          else if (committed && log.aborted(offset)) aborted.push({ first: offset, last: offset });
          else {
            const message = log.message(offset);
            this.cluster.out.push({ kind: 'acquired', group, topic, partition: index, offset, message, client });
            records.push({ topic, partition: index, offset, message, copy: -1, attempt: deliveryCount, entry: -1 });
          }
        }
      }
      // The leader passes over what was aborted; where there is no record it is the client that says so.
      if (aborted.length > 0)
        shared.it.acknowledge(
          memberId,
          aborted.map((one) => ({ ...one, types: ['GAP' as const] })),
        );
    });
    return { records, gaps };
  }
  private endOf(group: string, partition: Partition): number {
    return (this.configs.get(group) ?? DEFAULTS).isolation === 'read_committed' ? partition.lastStable : partition.highWatermark;
  }
}
/** As clients send them: offsets side by side are one batch, which is taken or refused as one. */
function inRanges(sorted: readonly RecordAcknowledgement[]): Acknowledgement[] {
  const ranges: { first: number; last: number; types: AcknowledgeType[] }[] = [];
  for (const { offset, type } of sorted) {
    const before = ranges.at(-1);
    if (before?.last === offset - 1) {
      before.last = offset;
      before.types.push(type);
    } else ranges.push({ first: offset, last: offset, types: [type] });
  }
  return ranges;
}
/** Whole batches of the log from the one that holds `from`, up to `wanted` or so many bytes (but one in any case). */
function readBatches({ log }: Partition, from: number, wanted: number, maxBytes: number, end: number): { readonly batches: readonly OffsetRange[]; readonly bytes: number } {
  const batches: OffsetRange[] = [];
  let bytes = 0;
  let first = log.batchStart(Math.max(from, log.start));
  while (first < Math.min(end, Math.max(wanted, log.start + 1)) && Math.max(from, log.start) < end) {
    const next = Math.min(log.batchEnd(first), end);
    const size = log.batchBytes(first, next);
    if (bytes > 0 && bytes + size > maxBytes) break;
    bytes += size;
    batches.push({ first, last: next - 1 });
    first = next;
  }
  return { batches, bytes };
}
