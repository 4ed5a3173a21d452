/** Fetch requests: answered at once when there is enough, else parked until there is, or until fetch.max.wait.ms has passed. */
import { copyOf } from '../../base/copy.ts';
import type { KafkaCluster } from './cluster.ts';
import type { Partition } from './partition.ts';
import { type ErrorName, type Fetched, type FetchFrom, keyOf, type Request } from './protocol.ts';

type FetchRequest = Extract<Request, { api: 'Fetch' }>;
interface Parked {
  readonly from: string;
  readonly correlation: number;
  readonly broker: number;
  readonly request: FetchRequest;
}
export interface FetchesState {
  readonly parked: readonly (readonly [number, Parked])[];
  readonly next: number;
}

export class Fetches {
  private readonly cluster: KafkaCluster;
  private parked = new Map<number, Parked>();
  private next = 0;
  constructor(cluster: KafkaCluster) {
    this.cluster = cluster;
  }
  handle(from: string, correlation: number, broker: number, request: FetchRequest): void {
    const asked = { from, correlation, broker, request };
    if (this.answer(asked, false)) return;
    const id = this.next++;
    this.parked.set(id, asked);
    this.cluster.host.after(request.maxWait, 'fetch', id);
  }
  /** Something changed in a partition, or in all. */
  look(key?: string): void {
    for (const [id, parked] of [...this.parked]) {
      if (key !== undefined && !parked.request.partitions.some((p) => keyOf(p.topic, p.partition) === key)) continue;
      if (this.answer(parked, false)) this.parked.delete(id);
    }
  }
  brokerLost(): void {
    this.look();
  }
  timer(id: number): void {
    const parked = this.parked.get(id);
    this.parked.delete(id);
    if (parked) this.answer(parked, true);
  }
  forget(from: string): void {
    for (const [id, parked] of [...this.parked]) if (parked.from === from) this.parked.delete(id);
  }
  save(): FetchesState {
    return copyOf({ parked: [...this.parked], next: this.next });
  }
  load(state: FetchesState): void {
    const { parked, next } = copyOf(state);
    this.parked = new Map(parked);
    this.next = next;
  }

  /** @param anyhow with what there is, even nothing. @returns whether it was answered */
  private answer({ from, correlation, broker, request }: Parked, anyhow: boolean): boolean {
    let bytes = 0;
    let wrong = false;
    let moved = false;
    const results: Fetched[] = [];
    const most = Math.min(request.maxBytes, this.cluster.quotas.most(from));
    const limited = { ...request, maxBytes: most };
    for (const wanted of request.partitions) {
      const result = this.read(wanted, broker, limited, bytes);
      bytes += result.records.reduce((sum, r) => sum + r.size, 0);
      if (result.error !== 'NONE' || result.preferred >= 0) wrong = true;
      if (result.next > wanted.offset) moved = true;
      results.push(result);
    }
    if (!anyhow && !wrong && (bytes < Math.min(request.minBytes, most) || !moved)) return false;
    const throttle = this.cluster.quotas.charge('consumer_byte_rate', from, broker, bytes);
    if (throttle > 0) for (const [i, result] of results.entries()) results[i] = { ...result, next: result.from, records: [] };
    this.cluster.out.push({ kind: 'response', to: from, correlation, broker, response: { api: 'Fetch', error: this.cluster.up(broker) ? 'NONE' : 'DISCONNECTED', throttle, results } });
    return true;
  }
  private read({ topic, partition: index, offset }: FetchFrom, broker: number, request: FetchRequest, already: number): Fetched {
    const partition = this.cluster.partition(topic, index);
    const error = this.errorOf(partition, broker);
    if (error !== 'NONE' || !partition) return { topic, partition: index, error, from: offset, highWatermark: -1, lastStable: -1, start: -1, next: offset, preferred: -1, records: [] };
    const at = { topic, partition: index, from: offset, highWatermark: partition.highWatermark, lastStable: partition.lastStable, start: partition.log.start, preferred: -1 };
    if (offset < partition.log.start || offset > partition.log.end) return { ...at, error: 'OFFSET_OUT_OF_RANGE', next: offset, records: [] };
    if (broker === partition.leader) {
      const preferred = this.preferred(partition, request.rack, offset);
      if (preferred !== broker) return { ...at, error: 'NONE', next: offset, preferred, records: [] };
    }
    const { next, records } = readFrom(partition, partition.readableAt(broker), offset, request, already);
    return { ...at, error: 'NONE', next, records };
  }
  private errorOf(partition: Partition | undefined, broker: number): ErrorName {
    if (!this.cluster.up(broker)) return 'DISCONNECTED';
    if (!partition) return 'UNKNOWN_TOPIC_OR_PARTITION';
    if (partition.leader === broker) return 'NONE';
    const follows = this.cluster.settings.rackAwareReads && partition.replicas.some((r) => r.broker === broker);
    return follows ? 'NONE' : 'NOT_LEADER_OR_FOLLOWER';
  }
  /** Where a consumer in a rack is to read (KIP-392). */
  private preferred(partition: Partition, rack: string, offset: number): number {
    const { racks, rackAwareReads } = this.cluster.settings;
    return rackAwareReads && rack !== '' ? partition.preferred((broker) => racks[broker] === rack, offset) : partition.leader;
  }
}
function readFrom(partition: Partition, upTo: number, offset: number, { isolation, maxBytes, maxPartitionBytes }: FetchRequest, already: number): { readonly next: number; readonly records: Fetched['records'] } {
  const { log } = partition;
  const committed = isolation === 'read_committed';
  const end = committed ? Math.min(upTo, partition.lastStable) : upTo;
  const records: { offset: number; message: number; size: number }[] = [];
  let bytes = 0;
  let next = offset;
  for (; next < end; next++) {
    if (!log.has(next) || (committed && log.aborted(next))) continue;
    const size = log.size(next);
    // The first record is given out whatever its size: otherwise a reader would be stuck.
    if (bytes + already + size > maxBytes && bytes + already > 0) break;
    if (bytes + size > maxPartitionBytes && bytes > 0) break;
    bytes += size;
    records.push({ offset: next, message: log.message(next), size });
  }
  return { next, records };
}
