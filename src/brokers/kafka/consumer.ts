/**
 * A Kafka consumer: its poll loop, its fetches, its position in each partition, and its commits.
 * https://kafka.apache.org/44/configuration/consumer-configs/
 */
import { micros } from '../../base/time.ts';
import type { Delivery, ReceiveListener, ReceiveSession } from '../contract.ts';
import type { ClientHost, ClientState } from './connection.ts';
import type { GroupError } from './group/errors.ts';
import { ClassicMembership, type Membership, type MembershipListener, type MembershipSettings, type MembershipState, OUT } from './membership.ts';
import { ModernMembership, type ModernMembershipState, OUTSIDE } from './modern-membership.ts';
import { Positions, type PositionsState, type Polled } from './positions.ts';
import type { GroupRequest, Response, TopicPartition } from './protocol.ts';
import type { Readings } from './readings.ts';

/** A record in the application's hands. */
interface InHand {
  readonly partition: number;
  readonly offset: number;
  readonly delivery: Delivery;
  /** Work on it has begun. */
  started: boolean;
  /** Its partition was taken away: settling it commits nothing. */
  zombie: boolean;
}
interface State {
  /** What it was made with. */
  protocol: 'classic' | 'consumer';
  /** The application waits in poll(). */
  polling: boolean;
  lastPoll: number;
  /** Counts polls, so that the timer of an earlier one is void. */
  polls: number;
  slots: number;
  inHand: InHand[];
  nextHandle: number;
  /** Correlation of the fetch that is under way; -1 when none is. */
  fetching: number;
  /** commitSync is under way: poll() waits for it. */
  committing: number;
  lastCommit: number;
  /** A failed record is polled again after a pause: until then, µs. */
  pausedUntil: number;
  /** No fetch before, µs: the last one failed. */
  fetchAfter: number;
  /** Highest finished offset + 1 by partition, of the batch in hand. */
  finished: [partition: number, next: number][];
  partitions: number;
  leftForPolling: boolean;
}
export interface ConsumerSessionState {
  readonly state: State;
  readonly positions: PositionsState;
  readonly classic: MembershipState;
  readonly modern: ModernMembershipState;
}
const fresh = (): State => ({ protocol: 'classic', polling: false, lastPoll: 0, polls: 0, slots: 0, inHand: [], nextHandle: 1, fetching: -1, committing: -1, lastCommit: 0, pausedUntil: 0, fetchAfter: 0, finished: [], partitions: 0, leftForPolling: false });

export interface ConsumerHost extends ClientHost {
  readonly readings: Readings;
  counts(): ReadonlyMap<string, number>;
  /** Message of a record that is still in the log. */
  messageAt(topic: string, partition: number, offset: number): number | undefined;
  /** A dead-letter or retry topic takes a record. @returns whether there is such a topic */
  forward(state: ClientState, topic: string, message: number): boolean;
  recordTime(topic: string, partition: number, offset: number): number;
}

export class KafkaConsumer implements ReceiveSession, MembershipListener {
  readonly can = { retryOne: false, reject: true, extend: false, outOfOrder: false };
  readonly client: ClientState;
  private readonly classic: ClassicMembership;
  private readonly modern: ModernMembership;
  private readonly host: ConsumerHost;
  private readonly listener: ReceiveListener;
  private readonly positions = new Positions();
  private state = fresh();

  constructor(client: ClientState, host: ConsumerHost, listener: ReceiveListener) {
    this.client = client;
    this.host = host;
    this.listener = listener;
    this.classic = new ClassicMembership(() => this.settings(), this);
    this.modern = new ModernMembership(() => this.settings(), this);
  }
  // ReceiveSession -------------------------------------------------------------
  open(): void {
    const { client } = this;
    if (client.wanted) return;
    client.wanted = true;
    client.life++;
    this.reset();
    this.state.protocol = this.config['group.protocol'] === 'consumer' ? 'consumer' : 'classic';
    this.state.lastPoll = this.now;
    this.state.lastCommit = this.now;
    this.ask();
  }
  close(how: 'graceful' | 'crash'): void {
    const { client } = this;
    if (!client.wanted) return;
    // close() commits and leaves the group; a dead process does neither.
    if (how === 'graceful') {
      if (this.autoCommit && this.membership.epoch >= 0) this.commit(this.done(), 'kafka.auto_commit');
      this.membership.leave('close');
    }
    client.wanted = false;
    client.life++;
    this.reset();
  }
  ready(slots: number): void {
    this.state.slots = slots;
    if (this.state.leftForPolling && this.state.inHand.length === 0) this.batchDone();
    else this.work();
  }
  buffered(): readonly Delivery[] {
    return this.state.inHand.filter((r) => !r.started).map((r) => r.delivery);
  }
  settle(delivery: Delivery, how: 'done' | 'retry' | 'reject' | 'extend'): void {
    if (how === 'extend') return;
    const { state } = this;
    const record = state.inHand.find((r) => r.delivery.handle === delivery.handle);
    if (!record) return;
    state.inHand = state.inHand.filter((r) => r !== record);
    if (how === 'reject' && !record.zombie) this.giveUp(record);
    if (how === 'retry') this.seekBack(record);
    else if (!record.zombie) this.finish(record);
    if (state.inHand.length === 0) this.batchDone();
    else this.work();
  }
  // Answers and timers ---------------------------------------------------------
  answered(correlation: number, response: Response): void {
    const { state } = this;
    switch (response.api) {
      case 'Metadata': {
        const leaders = response.topics[this.topic] ?? [];
        if (leaders.length === 0) return this.host.later(this.client, this.number('retry.backoff.ms', 100) * 1000, 'metadata', 0);
        state.partitions = leaders.length;
        this.host.later(this.client, this.number('metadata.max.age.ms', 300_000) * 1000, 'metadata', 0);
        if (state.polling || state.inHand.length === 0) this.poll();
        break;
      }
      case 'Group':
        this.membership.answered(correlation, response.response);
        // A heartbeat tells that there is something to give up or to take: poll() does it, also when it only waits.
        if (response.response.kind.endsWith('Heartbeat') && state.polling && this.membership.needsJoin()) this.poll();
        break;
      case 'OffsetFetch':
        if (response.error !== null) this.host.later(this.client, 100_000, 'offsets', 0);
        else this.offsetsKnown(response.offsets);
        break;
      case 'ListOffsets':
        this.offsetsListed(response.offsets);
        break;
      case 'Fetch':
        if (correlation !== state.fetching) return;
        state.fetching = -1;
        this.fetched(response);
        break;
      case 'OffsetCommit':
        if (response.error !== null) this.membership.commitRefused(response.error);
        if (correlation !== state.committing) return;
        state.committing = -1;
        this.work();
        break;
      case 'Unavailable':
        this.host.later(this.client, 500_000, 'again', 0);
    }
  }
  timer(name: string, arg: number): void {
    const { state } = this;
    switch (name) {
      case 'metadata':
        this.ask();
        break;
      case 'heartbeat':
        this.membership.heartbeat(arg);
        break;
      case 'join':
        if (state.polling) this.poll();
        break;
      case 'offsets':
        this.fetchOffsets(this.positions.unknown());
        break;
      case 'again':
        this.membership.unanswered();
        if (state.polling) this.poll();
        else this.fetch();
        break;
      case 'fetch':
        this.fetch();
        break;
      case 'paused':
        if (state.polling) this.handOut();
        break;
      case 'poll interval':
        if (arg !== state.polls || state.polling || !this.membership.joined) return;
        // The background thread leaves the group; the application works on and does not know.
        state.leftForPolling = true;
        this.membership.leave('poll interval');
    }
  }
  // MembershipListener ---------------------------------------------------------
  request(request: GroupRequest): number {
    return this.host.request(this.client, -1, request, []);
  }
  refused(error: GroupError): void {
    this.host.host.record('refused', { place: this.place, actor: this.client.client, reason: `kafka.${error}` });
  }
  heartbeatIn(delay: number, beat: number): void {
    this.host.later(this.client, delay, 'heartbeat', beat);
  }
  joinIn(delay: number): void {
    this.host.later(this.client, delay, 'join', 0);
  }
  beforeRebalance(): void {
    if (this.autoCommit && this.membership.epoch >= 0) this.commit(this.positions.consumed(), 'kafka.auto_commit');
  }
  revoked(partitions: readonly TopicPartition[], lost: boolean): void {
    const { state } = this;
    const mine = partitions.filter((p) => p.topic === this.topic).map((p) => p.partition);
    this.positions.drop(mine);
    const taken = state.inHand.filter((r) => mine.includes(r.partition) && !r.zombie);
    for (const record of taken) record.zombie = true;
    if (lost) {
      // The application does not know: it goes through the rest of what poll() gave it, and only then learns.
      const started = taken.filter((r) => r.started);
      state.inHand = state.inHand.filter((r) => !started.includes(r));
      this.listener.withdrawn(
        started.map((r) => r.delivery),
        'kafka.partitions_lost',
        false,
      );
    } else state.inHand = state.inHand.filter((r) => r.started || !taken.includes(r));
    this.host.host.record('revoked', { place: this.place, actor: this.client.client, detail: mine.length, reason: lost ? 'kafka.partitions_lost' : 'kafka.partitions_revoked' });
  }
  assigned(all: readonly TopicPartition[], freshOnes: readonly TopicPartition[]): void {
    const mine = all.filter((p) => p.topic === this.topic).map((p) => p.partition);
    const added = freshOnes.filter((p) => p.topic === this.topic).map((p) => p.partition);
    this.host.host.record('assigned', { place: this.place, actor: this.client.client, detail: mine.length, reason: 'kafka.assigned' });
    this.positions.add(added);
    if (added.length > 0) this.fetchOffsets(added);
    if (this.state.polling) this.poll();
  }
  save(): ConsumerSessionState {
    return { state: { ...this.state, inHand: this.state.inHand.map((r) => ({ ...r })), finished: this.state.finished.map(([p, n]) => [p, n]) }, positions: this.positions.save(), classic: this.classic.save(), modern: this.modern.save() };
  }
  load({ state, positions, classic, modern }: ConsumerSessionState): void {
    this.state = { ...state, inHand: state.inHand.map((r) => ({ ...r })), finished: state.finished.map(([p, n]) => [p, n]) };
    this.positions.load(positions);
    this.classic.load(classic);
    this.modern.load(modern);
  }
  /** For the picture. */
  get view(): { readonly partitions: readonly number[]; readonly rebalancing: boolean; readonly joined: boolean } {
    const { owned, rebalancing, joined } = this.membership;
    return { partitions: owned.filter((p) => p.topic === this.topic).map((p) => p.partition), rebalancing, joined };
  }
  private get membership(): Membership {
    return this.state.protocol === 'consumer' ? this.modern : this.classic;
  }
  // Settings -------------------------------------------------------------------
  private get now(): number {
    return this.host.host.now();
  }
  private get config(): Readonly<Record<string, unknown>> {
    return this.host.config(this.client);
  }
  private number(name: string, fallback: number): number {
    const value = this.config[name];
    return typeof value === 'number' ? value : fallback;
  }
  get topic(): string {
    return this.host.topicOf(this.client);
  }
  get group(): string {
    return String(this.config['group.id'] ?? '');
  }
  private get place(): string {
    return this.host.readings.placeOf(this.topic, this.group);
  }
  private get autoCommit(): boolean {
    return this.config['enable.auto.commit'] !== false;
  }
  private get instanceId(): string | null {
    return this.config['staticMembership'] === true ? this.client.client : null;
  }
  private settings(): MembershipSettings {
    return {
      group: this.group,
      clientId: this.client.client,
      groupInstanceId: this.instanceId,
      memberId: `${this.client.client}-${this.client.life}`,
      assignor: this.config['group.remote.assignor'] === undefined ? null : String(this.config['group.remote.assignor']),
      sessionTimeout: this.number('session.timeout.ms', 45_000),
      heartbeatInterval: this.number('heartbeat.interval.ms', 3_000),
      maxPollInterval: this.number('max.poll.interval.ms', 300_000),
      strategies: String(this.config['partition.assignment.strategy'] ?? 'range, cooperative-sticky').split(/,\s*/),
      topic: this.topic,
      partitions: this.state.partitions,
      counts: this.host.counts(),
    };
  }
  private reset(): void {
    this.state = fresh();
    this.positions.clear();
    this.classic.load(OUT);
    this.modern.load(OUTSIDE);
  }
  // The poll loop --------------------------------------------------------------
  private ask(): void {
    this.host.request(this.client, -1, { api: 'Metadata', topics: [this.topic] }, []);
  }
  /** The application calls poll(). */
  private poll(): void {
    const { state } = this;
    state.polling = true;
    state.lastPoll = this.now;
    if (state.partitions === 0 || state.committing >= 0) return;
    if (this.autoCommit && this.membership.stable && this.now - state.lastCommit >= this.number('auto.commit.interval.ms', 5_000) * 1000) {
      state.lastCommit = this.now;
      this.commit(this.positions.consumed(), 'kafka.auto_commit');
    }
    if (this.membership.needsJoin()) return this.membership.join();
    this.handOut();
  }
  /** Gives out what was fetched, up to max.poll.records; poll() goes on waiting when there is nothing. */
  private handOut(): void {
    const { state, client } = this;
    if (!state.polling || state.pausedUntil > this.now) return;
    const ripe = (r: Polled, partition: number) => this.now >= this.host.recordTime(this.topic, partition, r.offset) + this.delay;
    const { records, waits } = this.positions.take(this.number('max.poll.records', 500), this.delay > 0 ? ripe : undefined);
    if (waits >= 0) this.host.later(client, Math.max(1, this.host.recordTime(this.topic, waits, this.positions.at(waits)) + this.delay - this.now), 'paused', 0);
    this.fetch();
    if (records.length === 0) return;
    state.polling = false;
    state.polls++;
    this.host.later(client, this.number('max.poll.interval.ms', 300_000) * 1000, 'poll interval', state.polls);
    for (const { partition, offset, message } of records) {
      const { copy, attempt, entry } = this.host.readings.delivered(this.group, this.topic, partition, offset, message, client.client);
      state.inHand.push({ partition, offset, started: false, zombie: false, delivery: { handle: state.nextHandle++, message, copy, attempt, redelivered: attempt > 1, entry } });
    }
    if (!this.autoCommit && this.config['commit'] === 'commitSync before processing') this.commitSync(this.positions.consumed());
    this.work();
  }
  /** Hands records to free slots; where work is handed on to other threads, poll() is called again at once. */
  private work(): void {
    const { state } = this;
    if (state.committing >= 0) return;
    for (const record of state.inHand) {
      if (state.slots <= 0) break;
      if (record.started) continue;
      record.started = true;
      if (this.listener.push(record.delivery) === 'busy') {
        record.started = false;
        state.slots = 0;
        break;
      }
      state.slots--;
    }
    const idle = state.inHand.length === 0 || (this.config['handOff'] === true && state.inHand.every((r) => r.started));
    if (idle && !state.polling && this.client.wanted && state.partitions > 0) this.poll();
  }
  private finish(record: InHand): void {
    const { state } = this;
    const known = state.finished.find(([p]) => p === record.partition);
    if (!known) state.finished.push([record.partition, record.offset + 1]);
    else known[1] = Math.max(known[1], record.offset + 1);
    if (!this.autoCommit && this.config['commit'] === 'commitSync each record') this.commitSync([{ partition: record.partition, offset: record.offset + 1 }]);
  }
  /** Everything that poll() gave out is worked on. */
  private batchDone(): void {
    const { state } = this;
    const done = state.finished.map(([partition, offset]) => ({ partition, offset }));
    state.finished = [];
    const how = String(this.config['commit'] ?? 'commitSync');
    if (!this.autoCommit && done.length > 0) {
      if (how === 'commitSync') this.commitSync(done);
      else if (how === 'commitAsync') this.commit(done, 'kafka.commit_async');
    }
    if (state.leftForPolling) this.commitFailed();
    state.leftForPolling = false;
    this.work();
  }
  /** Out of the group, the client refuses a commit by itself. */
  private commitFailed(): void {
    this.host.host.record('refused', { place: this.place, actor: this.client.client, reason: 'kafka.CommitFailedException' });
  }
  /** The error handler seeks back to the record that failed: it and everything behind it is polled again after a pause. */
  private seekBack(failed: InHand): void {
    const { state } = this;
    if (failed.zombie) return;
    const rest = state.inHand.filter((r) => !r.started && !r.zombie);
    state.inHand = state.inHand.filter((r) => !rest.includes(r));
    const first = new Map<number, number>([[failed.partition, failed.offset]]);
    for (const r of rest) first.set(r.partition, Math.min(first.get(r.partition) ?? r.offset, r.offset));
    for (const [partition, offset] of first) {
      this.positions.seek(partition, offset);
      this.host.readings.returned(this.group, this.topic, partition, offset, 'kafka.seek_after_failure');
    }
    const wait = micros(String(this.config['errorBackoff'] ?? '1s'));
    state.pausedUntil = this.now + wait;
    this.host.later(this.client, wait, 'paused', 0);
  }
  /** The error handler gives up on a record: it goes to another topic, or nowhere, and the group goes on. */
  private giveUp(record: InHand): void {
    const topic = this.config['deadLetterTopic'];
    const sent = typeof topic === 'string' && topic !== '' && this.host.forward(this.client, topic, record.delivery.message);
    this.host.readings.givenUp(this.group, this.topic, record.partition, record.offset, record.delivery.message, sent ? 'dead-lettered' : 'dropped', sent ? 'kafka.sent_to_other_topic' : 'kafka.given_up');
  }
  /** What may be committed at the end: what poll() has given out, but for the records that its own thread has not finished. */
  private done(): { readonly partition: number; readonly offset: number }[] {
    const unfinished = this.config['handOff'] === true ? [] : this.state.inHand;
    return this.positions.consumed().map(({ partition, offset }) => ({ partition, offset: unfinished.reduce((least, r) => (r.partition === partition ? Math.min(least, r.offset) : least), offset) }));
  }
  private get delay(): number {
    return micros(String(this.config['processAfter'] ?? '0s'));
  }
  // Positions and fetches ------------------------------------------------------
  private fetchOffsets(partitions: readonly number[]): void {
    if (partitions.length === 0) return;
    const member = { memberId: this.membership.memberId, groupInstanceId: this.instanceId, generationOrEpoch: this.membership.epoch };
    this.host.request(this.client, -1, { api: 'OffsetFetch', group: this.group, member, partitions: partitions.map((partition) => ({ topic: this.topic, partition })), stable: this.config['isolation.level'] === 'read_committed' }, []);
  }
  private offsetsKnown(offsets: readonly (TopicPartition & { readonly offset: number })[]): void {
    const unknown: number[] = [];
    for (const { partition, offset } of offsets) {
      if (offset < 0) unknown.push(partition);
      else this.begin(partition, offset, 'kafka.read_again_from_commit', 'kafka.skipped');
    }
    if (unknown.length > 0) this.resetTo(unknown);
    this.fetch();
  }
  /** auto.offset.reset: where to begin without a committed offset, or when it is no longer there. */
  private resetTo(partitions: readonly number[]): void {
    const policy = String(this.config['auto.offset.reset'] ?? 'latest');
    if (policy === 'none') {
      this.host.host.record('refused', { place: this.place, actor: this.client.client, reason: 'kafka.NoOffsetForPartitionException' });
      return;
    }
    const at = policy === 'earliest' ? 'earliest' : 'latest';
    this.host.request(this.client, -1, { api: 'ListOffsets', at, isolation: this.config['isolation.level'] === 'read_committed' ? 'read_committed' : 'read_uncommitted', partitions: partitions.map((partition) => ({ topic: this.topic, partition })) }, []);
  }
  private offsetsListed(offsets: readonly (TopicPartition & { readonly error: string; readonly offset: number })[]): void {
    const latest = this.config['auto.offset.reset'] !== 'earliest';
    for (const { partition, error, offset } of offsets) if (error === 'NONE') this.begin(partition, offset, 'kafka.read_again_from_commit', latest ? 'kafka.auto_offset_reset_latest' : 'kafka.skipped');
    const failed = offsets.filter((o) => o.error !== 'NONE');
    if (failed.length > 0) this.host.later(this.client, 100_000, 'offsets', 0);
    this.fetch();
  }
  private begin(partition: number, offset: number, again: string, skipped: string): void {
    if (!this.positions.has(partition)) return;
    this.positions.seek(partition, offset);
    this.host.readings.position(this.group, this.topic, partition, offset, again, skipped, (o) => this.host.messageAt(this.topic, partition, o));
  }
  /** One fetch at a time, for the partitions of which nothing lies here. */
  private fetch(): void {
    const { state } = this;
    if (state.fetching >= 0 || !this.client.wanted || this.now < state.fetchAfter) return;
    const partitions = this.positions.empty().map(({ partition, offset }) => ({ topic: this.topic, partition, offset }));
    if (partitions.length === 0) return;
    state.fetching = this.host.request(
      this.client,
      -1,
      {
        api: 'Fetch',
        isolation: this.config['isolation.level'] === 'read_committed' ? 'read_committed' : 'read_uncommitted',
        maxWait: this.number('fetch.max.wait.ms', 500) * 1000,
        minBytes: this.number('fetch.min.bytes', 1),
        maxBytes: this.number('fetch.max.bytes', 52_428_800),
        maxPartitionBytes: this.number('max.partition.fetch.bytes', 1_048_576),
        partitions,
      },
      [],
    );
  }
  private fetched(response: Extract<Response, { api: 'Fetch' }>): void {
    let wrong = response.error !== 'NONE';
    for (const result of response.results) {
      if (result.error === 'NONE') this.positions.fetched(result.partition, result.from, result.records, result.next);
      else if (result.error === 'OFFSET_OUT_OF_RANGE' && this.positions.has(result.partition)) this.resetTo([result.partition]);
      else wrong = true;
    }
    if (wrong) {
      const wait = Math.max(1, this.number('retry.backoff.ms', 100)) * 1000;
      this.state.fetchAfter = this.now + wait;
      this.host.later(this.client, wait, 'fetch', 0);
    } else this.fetch();
    this.handOut();
  }
  // Commits --------------------------------------------------------------------
  private commit(offsets: readonly { readonly partition: number; readonly offset: number }[], how: string): number {
    const fit = offsets.filter(({ partition, offset }) => this.positions.news(partition, offset) || !this.positions.has(partition));
    if (fit.length === 0) return -1;
    if (this.membership.epoch < 0) {
      this.commitFailed();
      return -1;
    }
    for (const { partition, offset } of fit) this.positions.committed(partition, offset);
    const { memberId, epoch } = this.membership;
    return this.host.request(this.client, -1, { api: 'OffsetCommit', group: this.group, member: { memberId, groupInstanceId: this.instanceId, generationOrEpoch: epoch }, offsets: fit.map((o) => ({ topic: this.topic, ...o })), how }, []);
  }
  private commitSync(offsets: readonly { readonly partition: number; readonly offset: number }[]): void {
    this.state.committing = this.commit(offsets, 'kafka.commit_sync');
  }
}
