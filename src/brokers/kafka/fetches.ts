/** Fetch requests: answered at once when there is enough, else parked until there is, or until fetch.max.wait.ms has passed. */
import type { Timeouts, TimeoutsState } from '../timeouts.ts';
import type { KafkaCluster } from './cluster.ts';
import type { Partition } from './partition.ts';
import { type ErrorName, type Fetched, type FetchedRecords, type FetchFrom, NO_RECORDS, type Request } from './protocol.ts';
import { Waiting, type WaitingState } from './waiting.ts';

type FetchRequest = Extract<Request, { api: 'Fetch' }>;
interface Parked {
  readonly from: string;
  readonly correlation: number;
  readonly broker: number;
  readonly request: FetchRequest;
}
export interface FetchesState {
  readonly parked: WaitingState<Parked>;
  readonly waits: TimeoutsState;
}
/** What was asked never changes: checkpoints share it. */
const shared = (parked: Parked): Parked => parked;

export class Fetches {
  private readonly cluster: KafkaCluster;
  private readonly parked: Waiting<Parked>;
  /** fetch.max.wait.ms */
  private readonly waits: Timeouts;
  constructor(cluster: KafkaCluster) {
    this.cluster = cluster;
    this.parked = new Waiting(({ request }) => request.partitions.map(({ topic, partition }) => cluster.keyOf(topic, partition)));
    this.waits = cluster.timeouts('fetch', {
      stands: (id) => this.parked.get(id) !== undefined,
      expired: (id) => {
        const parked = this.parked.get(id);
        this.parked.remove(id);
        if (parked) this.answer(parked, true);
      },
    });
  }
  handle(from: string, correlation: number, broker: number, request: FetchRequest): void {
    const asked = { from, correlation, broker, request };
    if (!this.answer(asked, false)) this.waits.set(request.maxWait, this.parked.add(asked));
  }
  /** Something changed in a partition, or in all. */
  look(key?: string): void {
    for (const id of this.parked.numbers(key)) {
      const parked = this.parked.get(id);
      if (parked && this.answer(parked, false)) this.parked.remove(id);
    }
  }
  timer(lane: number): void {
    this.waits.due(lane);
  }
  forget(from: string): void {
    for (const id of this.parked.numbers()) if (this.parked.get(id)?.from === from) this.parked.remove(id);
  }
  save(): FetchesState {
    return { parked: this.parked.save(shared), waits: this.waits.save() };
  }
  load({ parked, waits }: FetchesState): void {
    this.parked.load(parked, shared);
    this.waits.load(waits);
  }

  /** @param anyhow with what there is, even nothing. @returns whether it was answered */
  private answer({ from, correlation, broker, request }: Parked, anyhow: boolean): boolean {
    let bytes = 0;
    let wrong = false;
    let moved = false;
    const results: Fetched[] = [];
    const most = Math.min(request.maxBytes, this.cluster.quotas.most(from));
    for (const wanted of request.partitions) {
      const result = this.read(wanted, broker, request, most, bytes);
      bytes += result.records.bytes;
      if (result.error !== 'NONE' || result.preferred >= 0) wrong = true;
      if (result.next > wanted.offset) moved = true;
      results.push(result);
    }
    if (!anyhow && !wrong && (bytes < Math.min(request.minBytes, most) || !moved)) return false;
    const throttle = this.cluster.quotas.charge('consumer_byte_rate', from, broker, bytes);
    if (throttle > 0) for (const [i, result] of results.entries()) results[i] = { ...result, next: result.from, records: NO_RECORDS };
    this.cluster.out.push({ kind: 'response', to: from, correlation, broker, response: { api: 'Fetch', error: this.cluster.nodes.up(broker) ? 'NONE' : 'DISCONNECTED', throttle, results } });
    return true;
  }
  private read({ topic, partition: index, offset }: FetchFrom, broker: number, request: FetchRequest, most: number, already: number): Fetched {
    const partition = this.cluster.partition(topic, index);
    const error = this.errorOf(partition, broker);
    if (error !== 'NONE' || !partition) return { topic, partition: index, error, from: offset, highWatermark: -1, lastStable: -1, start: -1, next: offset, preferred: -1, records: NO_RECORDS };
    const { log, leader } = partition;
    const preferred = broker === leader ? this.preferred(partition, request.rack, offset) : broker;
    const inRange = offset >= log.start && offset <= log.end;
    const read = inRange && preferred === broker ? readFrom(partition, partition.readableAt(broker), offset, request, most, already) : undefined;
    return {
      topic,
      partition: index,
      error: inRange ? 'NONE' : 'OFFSET_OUT_OF_RANGE',
      from: offset,
      highWatermark: partition.highWatermark,
      lastStable: partition.lastStable,
      start: log.start,
      next: read?.next ?? offset,
      preferred: inRange && preferred !== broker ? preferred : -1,
      records: read?.records ?? NO_RECORDS,
    };
  }
  private errorOf(partition: Partition | undefined, broker: number): ErrorName {
    if (!this.cluster.nodes.up(broker)) return 'DISCONNECTED';
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
interface Read {
  readonly next: number;
  readonly records: FetchedRecords;
}
/** Whole batches of one segment, from the one that holds the offset: a reader passes over what it did not ask for. */
function readFrom(partition: Partition, upTo: number, offset: number, { isolation, maxPartitionBytes }: FetchRequest, maxBytes: number, already: number): Read {
  const { log } = partition;
  const committed = isolation === 'read_committed';
  const limit = committed ? Math.min(upTo, partition.lastStable) : upTo;
  if (offset >= limit) return { next: offset, records: NO_RECORDS };
  const most = Math.min(maxPartitionBytes, maxBytes - already);
  const segmentEnd = log.segmentEnd(offset);
  const offsets: number[] = [];
  const messages: number[] = [];
  let bytes = 0;
  let next = offset;
  for (let first = log.batchStart(offset); first < limit && (first < segmentEnd || bytes === 0); first = next) {
    const end = Math.min(log.batchEnd(first), limit);
    const size = log.batchBytes(first, end);
    // The first batch is given out whatever its size: otherwise a reader would be stuck.
    if (bytes + size > most && bytes + already > 0) break;
    bytes += size;
    for (let one = Math.max(first, offset); one < end; one++) {
      if (!log.has(one) || (committed && log.aborted(one))) continue;
      offsets.push(one);
      messages.push(log.message(one));
    }
    next = end;
  }
  return { next, records: offsets.length === 0 ? NO_RECORDS : { offsets, messages, bytes } };
}
