/**
 * A consumer's fetches: one at a time to each broker that leads some of its partitions, from where it stands in them.
 * https://kafka.apache.org/44/configuration/consumer-configs/
 */
import type { Timeouts, TimeoutsState } from '../timeouts.ts';
import type { ConsumerContext } from './consumer-context.ts';
import { wantsFetch } from './positions.ts';
import type { Fetched, FetchFrom, MemberOfGroup, Response, TopicPartition } from './protocol.ts';

interface State {
  /** Leader of each partition, as the metadata have it; -1 where there is none. */
  leaders: readonly number[];
  asking: boolean;
  /** metadata.max.age.ms runs. */
  aging: boolean;
  inFlight: (readonly [broker: number, correlation: number])[];
  /** No fetch to a broker before, µs: the last one failed, or it throttles. */
  notBefore: (readonly [broker: number, at: number])[];
  /** Followers that are nearer than the leader, until the metadata are too old, µs. */
  preferred: (readonly [partition: number, broker: number, until: number])[];
  /** Partitions in which the application has asked to be elsewhere. */
  sought: number[];
}
export interface FetcherState {
  readonly state: State;
  readonly requests: TimeoutsState;
}
const fresh = (): State => ({ leaders: [], asking: false, aging: false, inFlight: [], notBefore: [], preferred: [], sought: [] });

export interface FetcherListener {
  member(): MemberOfGroup;
  /** The topic's partitions are known, or have become more. */
  metadataKnown(): void;
  /** There may be something to give out. */
  arrived(): void;
}
export class Fetcher {
  private readonly context: ConsumerContext;
  private readonly listener: FetcherListener;
  /** request.timeout.ms */
  private readonly requests: Timeouts;
  private state = fresh();
  constructor(context: ConsumerContext, listener: FetcherListener) {
    this.context = context;
    this.listener = listener;
    this.requests = context.timeouts('fetch request', { stands: (correlation) => this.state.inFlight.some(([, sent]) => sent === correlation), expired: (correlation) => this.timedOut(correlation) });
  }
  /** Of its topic, 0 before they are known. */
  get partitions(): number {
    return this.state.leaders.length;
  }
  reset(): void {
    this.state = fresh();
    this.requests.reset();
  }
  save(): FetcherState {
    const state = { ...this.state, inFlight: [...this.state.inFlight], notBefore: [...this.state.notBefore], preferred: [...this.state.preferred], sought: [...this.state.sought] };
    return { state, requests: this.requests.save() };
  }
  load({ state, requests }: FetcherState): void {
    this.requests.load(requests);
    this.state = { ...state, inFlight: [...state.inFlight], notBefore: [...state.notBefore], preferred: [...state.preferred], sought: [...state.sought] };
  }
  // Metadata -------------------------------------------------------------------
  ask(): void {
    const { context, state } = this;
    if (state.asking) return;
    state.asking = true;
    context.host.request(context.client, -1, { api: 'Metadata', topics: [context.topic] }, []);
  }
  /** metadata.max.age.ms is over. */
  aged(): void {
    this.state.aging = false;
    this.ask();
  }
  learn({ topics }: Extract<Response, { api: 'Metadata' }>): void {
    const { context, state } = this;
    const leaders = topics[context.topic] ?? [];
    state.asking = false;
    if (leaders.length === 0) return context.later(context.settings.retryBackoff, 'metadata', 0);
    state.leaders = leaders;
    if (!state.aging) {
      state.aging = true;
      context.later(context.settings.metadataMaxAge, 'metadata age', 0);
    }
    this.listener.metadataKnown();
  }
  // Where to begin -------------------------------------------------------------
  fetchOffsets(partitions: readonly number[]): void {
    const { context } = this;
    if (partitions.length === 0) return;
    context.coordinator.request({ api: 'OffsetFetch', group: context.group, member: this.listener.member(), partitions: this.ofTopic(partitions), stable: true });
  }
  offsetsKnown({ error, offsets }: Extract<Response, { api: 'OffsetFetch' }>): void {
    if (error !== null) return this.context.later(100_000, 'offsets', 0);
    const unknown: number[] = [];
    for (const { partition, offset } of offsets) {
      if (offset < 0) unknown.push(partition);
      else this.begin(partition, offset, 'kafka.skipped');
    }
    if (unknown.length > 0) this.resetTo(unknown);
    this.fetch();
  }
  offsetsListed({ offsets }: Extract<Response, { api: 'ListOffsets' }>): void {
    const { state } = this;
    const latest = this.context.settings.offsetReset !== 'earliest';
    for (const { partition, error, offset } of offsets) {
      if (error !== 'NONE') continue;
      const sought = state.sought.includes(partition);
      state.sought = state.sought.filter((p) => p !== partition);
      if (sought) this.begin(partition, offset, 'kafka.sought', 'kafka.sought');
      else this.begin(partition, offset, latest ? 'kafka.auto_offset_reset_latest' : 'kafka.skipped', latest ? undefined : 'kafka.auto_offset_reset_earliest');
    }
    if (offsets.some((o) => o.error !== 'NONE')) this.context.later(100_000, 'offsets', 0);
    this.fetch();
  }
  /** auto.offset.reset: where to begin without a committed offset, or when it is no longer there. */
  private resetTo(partitions: readonly number[]): void {
    const { context } = this;
    const { offsetReset } = context.settings;
    if (offsetReset === 'none') return context.refused('NoOffsetForPartitionException');
    this.list(partitions, offsetReset);
  }
  /** seekToBeginning(), seekToEnd(): of all its partitions. */
  seekTo(at: 'earliest' | 'latest'): void {
    const partitions = this.context.positions.partitions();
    this.state.sought = partitions;
    for (const partition of partitions) this.context.positions.forgetFetched(partition);
    if (partitions.length > 0) this.list(partitions, at);
  }
  private list(partitions: readonly number[], at: 'earliest' | 'latest'): void {
    const { context } = this;
    context.host.request(context.client, -1, { api: 'ListOffsets', at, isolation: context.settings.isolation, partitions: this.ofTopic(partitions) }, []);
  }
  private begin(partition: number, offset: number, skipped: string, again = 'kafka.read_again_from_commit'): void {
    const { positions, host, group, topic } = this.context;
    if (!positions.has(partition)) return;
    positions.seek(partition, offset);
    host.readings.position(group, topic, partition, offset, again, skipped, (o) => host.messageAt(topic, partition, o));
  }
  private ofTopic(partitions: readonly number[]): readonly TopicPartition[] {
    const { topic } = this.context;
    return partitions.map((partition) => ({ topic, partition }));
  }
  // Fetches --------------------------------------------------------------------
  /** Of each broker, for those of its partitions of which nothing lies here. */
  fetch(): void {
    const { context } = this;
    const { topic, positions } = context;
    if (!context.client.wanted) return;
    let requests: { readonly broker: number; readonly partitions: FetchFrom[] }[] | undefined;
    for (const position of positions.each) {
      if (!wantsFetch(position)) continue;
      const { partition, fetch: offset } = position;
      const broker = this.brokerOf(partition);
      if (broker >= 0 && this.busy(broker)) continue;
      requests ??= [];
      let request = requests.find((r) => r.broker === broker);
      if (!request) requests.push((request = { broker, partitions: [] }));
      request.partitions.push({ topic, partition, offset });
    }
    if (requests === undefined) return;
    for (const { broker, partitions } of requests) {
      if (broker < 0) this.wait(broker, context.settings.retryBackoff);
      else this.send(broker, partitions);
    }
  }
  fetched(correlation: number, response: Extract<Response, { api: 'Fetch' }>): void {
    const { context, state } = this;
    const at = state.inFlight.findIndex(([, c]) => c === correlation);
    if (at < 0) return;
    const [[broker]] = state.inFlight.splice(at, 1) as [readonly [number, number]];
    let wrong = response.error !== 'NONE';
    for (const result of response.results) if (!this.take(result)) wrong = true;
    if (wrong) {
      this.wait(broker, context.settings.retryBackoff);
      this.ask();
    }
    this.wait(broker, response.throttle);
    this.fetch();
    this.listener.arrived();
  }
  requestsDue(lane: number): void {
    this.requests.due(lane);
  }
  /** A pause after a fetch that failed is over. */
  again(broker: number): void {
    if (this.state.notBefore.some(([b, until]) => b === broker && until > this.context.now)) return;
    this.state.notBefore = this.state.notBefore.filter(([b]) => b !== broker);
    // Nobody is known to lead some of its partitions.
    if (broker < 0) this.ask();
    this.fetch();
  }

  /** A fetch to it is under way, or has to wait. */
  private busy(broker: number): boolean {
    for (const [b] of this.state.inFlight) if (b === broker) return true;
    for (const [b] of this.state.notBefore) if (b === broker) return true;
    return false;
  }
  private brokerOf(partition: number): number {
    if (this.state.preferred.length === 0) return this.state.leaders[partition] ?? -1;
    const nearer = this.state.preferred.find(([p, , until]) => p === partition && until > this.context.now);
    return nearer?.[1] ?? this.state.leaders[partition] ?? -1;
  }
  private send(broker: number, partitions: readonly FetchFrom[]): void {
    const { context, state } = this;
    const { isolation, rack, fetchMaxWait: maxWait, fetchMinBytes: minBytes, fetchMaxBytes: maxBytes, maxPartitionFetchBytes: maxPartitionBytes } = context.settings;
    const correlation = context.host.request(context.client, broker, { api: 'Fetch', isolation, maxWait, minBytes, maxBytes, maxPartitionBytes, rack, partitions }, []);
    state.inFlight.push([broker, correlation]);
    this.requests.set(context.settings.requestTimeout, correlation);
  }
  /** The connection is given up: perhaps another broker leads now. */
  private timedOut(correlation: number): void {
    const { context, state } = this;
    const at = state.inFlight.findIndex(([, sent]) => sent === correlation);
    const [[broker = -1] = []] = at < 0 ? [] : state.inFlight.splice(at, 1);
    context.host.reconnects(context.client, broker);
    this.wait(broker, context.settings.retryBackoff);
    this.ask();
  }
  /** @returns whether it could be read */
  private take(result: Fetched): boolean {
    const { positions } = this.context;
    const { partition, error, preferred } = result;
    if (preferred >= 0) this.prefer(partition, preferred);
    else if (error === 'NONE') positions.fetched(partition, result.from, result.records, result.next);
    else if (error === 'OFFSET_OUT_OF_RANGE' && positions.has(partition)) this.resetTo([partition]);
    else {
      // From now on the leader is asked again, whoever was nearer.
      this.prefer(partition, -1);
      return false;
    }
    return true;
  }
  private prefer(partition: number, broker: number): void {
    const { context, state } = this;
    if (state.preferred.length > 0) state.preferred = state.preferred.filter(([p]) => p !== partition);
    if (broker >= 0) state.preferred.push([partition, broker, context.now + context.settings.metadataMaxAge]);
  }
  /** Nothing is fetched from a broker for a while. */
  private wait(broker: number, pause: number): void {
    const { context, state } = this;
    if (pause <= 0) return;
    const until = context.now + pause;
    const known = state.notBefore.find(([b]) => b === broker);
    if (known && known[1] >= until) return;
    state.notBefore = [...state.notBefore.filter((one) => one !== known), [broker, until]];
    context.later(pause, 'fetch', broker);
  }
}
