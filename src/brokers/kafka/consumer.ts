/**
 * A Kafka consumer: its poll loop, and what becomes of the records that poll() gives out.
 * https://kafka.apache.org/44/configuration/consumer-configs/
 * Fetches are in fetcher.ts, commits in committer.ts, belonging to a group in membership.ts and modern-membership.ts.
 */
import type { Delivery, Portion, ReceiveListener, ReceiveSession } from '../contract.ts';
import type { Timeouts, TimeoutsState } from '../timeouts.ts';
import { Committer, type CommitterState } from './committer.ts';
import type { ClientState } from './connection.ts';
import type { CoordinationState } from './coordination.ts';
import { ConsumerContext, type ConsumerHost, type PartitionOffset } from './consumer-context.ts';
import { giveUp, seekBack } from './error-handler.ts';
import { Fetcher, type FetcherState } from './fetcher.ts';
import type { GroupError } from './group/errors.ts';
import { Hands, type HandsState, type InHand } from './hands.ts';
import { ClassicMembership, type Membership, type MembershipListener, type MembershipState, OUT } from './membership.ts';
import { ModernMembership, type ModernMembershipState, OUTSIDE } from './modern-membership.ts';
import { Stops, type StopsState } from './portions.ts';
import type { PositionsState } from './positions.ts';
import type { GroupRequest, MemberOfGroup, Response, TopicPartition } from './protocol.ts';

interface State {
  /** What it was made with. */
  protocol: 'classic' | 'consumer';
  /** The application waits in poll(). */
  polling: boolean;
  /** Counts polls, so that the timer of an earlier one is void. */
  polls: number;
  slots: number;
  /** seekToBeginning() or seekToEnd() is to be called before the next poll(). */
  seeks: 'earliest' | 'latest' | null;
  /** A failed record is polled again after a pause: until then, µs. */
  pausedUntil: number;
  leftForPolling: boolean;
}
export interface ConsumerSessionState {
  readonly state: State;
  readonly hands: HandsState;
  readonly positions: PositionsState;
  readonly fetcher: FetcherState;
  readonly committer: CommitterState;
  readonly coordinator: CoordinationState;
  readonly stops: StopsState;
  readonly pollIntervals: TimeoutsState;
  readonly classic: MembershipState;
  readonly modern: ModernMembershipState;
}
const fresh = (): State => ({ protocol: 'classic', polling: false, polls: 0, slots: 0, seeks: null, pausedUntil: 0, leftForPolling: false });

export class KafkaConsumer implements ReceiveSession, MembershipListener {
  readonly can = { retryOne: false, reject: true, extend: false, outOfOrder: false };
  readonly client: ClientState;
  private readonly context: ConsumerContext;
  private readonly fetcher: Fetcher;
  private readonly committer: Committer;
  private readonly stops = new Stops();
  private readonly pollIntervals: Timeouts;
  private readonly classic: ClassicMembership;
  private readonly modern: ModernMembership;
  private readonly hands = new Hands();
  private state = fresh();

  constructor(client: ClientState, host: ConsumerHost, listener: ReceiveListener) {
    this.client = client;
    this.context = new ConsumerContext(client, host, listener, (correlation, response) => this.heard(correlation, response));
    this.fetcher = new Fetcher(this.context, { member: () => this.member, metadataKnown: () => this.metadataKnown(), arrived: () => this.handOut() });
    this.committer = new Committer(this.context, { member: () => this.member, returned: () => this.work() });
    this.pollIntervals = this.context.timeouts('poll interval', { stands: (polls) => polls === this.state.polls && !this.state.polling, expired: () => this.tooSlow() });
    this.classic = new ClassicMembership(() => this.context.membership(this.fetcher.partitions), this);
    this.modern = new ModernMembership(() => this.context.membership(this.fetcher.partitions), this);
  }
  // ReceiveSession -------------------------------------------------------------
  open(): void {
    const { client } = this;
    if (client.wanted) return;
    client.wanted = true;
    client.life++;
    this.reset();
    this.state.protocol = this.context.settings.protocol;
    this.fetcher.ask();
  }
  close(how: 'graceful' | 'crash'): void {
    const { client } = this;
    if (!client.wanted) return;
    // close() commits and leaves the group; a dead process does neither.
    if (how === 'graceful') {
      this.committer.last(this.done());
      this.membership.leave('close');
    }
    client.wanted = false;
    client.life++;
    this.reset();
  }
  ready(slots: number): void {
    this.state.slots = slots;
    if (this.state.leftForPolling && this.hands.empty) this.batchDone();
    else this.work();
  }
  buffered(): readonly Delivery[] {
    return this.hands.waiting();
  }
  portion(): Portion {
    return this.stops.portion(this.mine(this.membership.owned), this.context.now);
  }
  settle(delivery: Delivery, how: 'done' | 'retry' | 'reject' | 'extend'): void {
    if (how === 'extend') return;
    const record = this.hands.take(delivery);
    if (!record) return;
    if (how === 'reject' && !record.zombie) giveUp(this.context, record);
    if (how === 'retry') this.pauseAfter(record);
    else if (!record.zombie) this.committer.done(record.partition, record.offset);
    if (this.hands.empty) this.batchDone();
    else this.work();
  }
  // What the application does besides polling -----------------------------------
  loseNextCommit(): void {
    this.committer.loseNext();
  }
  /** commitSync() of everything that poll() gave out. */
  commitSync(): void {
    this.committer.now(true);
  }
  commitAsync(): void {
    this.committer.now(false);
  }
  /** What became of a commit is not known yet. */
  get commits(): boolean {
    return this.committer.commits;
  }
  /** pause() or resume() of all its partitions: poll() goes on, and gives nothing out. */
  pause(on: boolean): void {
    this.context.positions.pause(on);
    this.handOut();
  }
  seek(to: 'earliest' | 'latest'): void {
    this.state.seeks = to;
    if (this.state.polling) this.poll();
  }
  // Answers and timers ---------------------------------------------------------
  answered(correlation: number, response: Response): void {
    switch (response.api) {
      case 'Metadata':
        this.fetcher.learn(response);
        break;
      case 'ListOffsets':
        this.fetcher.offsetsListed(response);
        break;
      case 'Fetch':
        this.fetcher.fetched(correlation, response);
        break;
      default:
        this.context.coordinator.answered(correlation, response);
    }
  }
  /** The coordinator's answer, or that there was none. */
  private heard(correlation: number, response: Response): void {
    switch (response.api) {
      case 'Group':
        this.membership.answered(correlation, response.response);
        // A heartbeat tells that there is something to give up or to take: poll() does it, also when it only waits.
        if (response.response.kind.endsWith('Heartbeat') && this.state.polling && this.membership.needsJoin()) this.poll();
        break;
      case 'OffsetFetch':
        this.fetcher.offsetsKnown(response);
        break;
      case 'OffsetCommit':
        if (response.error !== null) this.membership.commitRefused(response.error);
        this.committer.answered(correlation, response.error);
    }
  }
  timer(name: string, arg: number): void {
    const { state, fetcher } = this;
    switch (name) {
      case 'metadata':
        fetcher.ask();
        break;
      case 'metadata age':
        fetcher.aged();
        break;
      case 'heartbeat':
        this.membership.heartbeat(arg);
        break;
      case 'poll':
        if (state.polling) this.poll();
        break;
      case 'offsets':
        fetcher.fetchOffsets(this.context.positions.unknown());
        break;
      case 'commit':
        this.committer.again(arg);
        break;
      case 'commit timeout':
        this.committer.due(arg);
        break;
      case 'coordinator request':
        this.context.coordinator.due(arg);
        break;
      case 'fetch request':
        fetcher.requestsDue(arg);
        break;
      case 'fetch':
        fetcher.again(arg);
        break;
      case 'paused':
        if (state.polling) this.handOut();
        break;
      case 'poll interval':
        this.pollIntervals.due(arg);
    }
  }
  // MembershipListener ---------------------------------------------------------
  request(request: GroupRequest): number {
    return this.context.coordinator.request(request);
  }
  refused(error: GroupError): void {
    this.context.refused(error);
  }
  heartbeatIn(delay: number, beat: number): void {
    this.context.later(delay, 'heartbeat', beat);
  }
  joinIn(delay: number): void {
    this.context.later(delay, 'poll', 0);
  }
  beforeRebalance(): void {
    this.committer.last(this.context.positions.consumed());
  }
  revoked(partitions: readonly TopicPartition[], lost: boolean): void {
    const { context, hands } = this;
    const mine = this.mine(partitions);
    context.positions.drop(mine);
    // The application does not know: it goes through the rest of what poll() gave it, and only then learns.
    if (lost) context.listener.withdrawn(hands.lose(mine), 'kafka.partitions_lost', false);
    else hands.revoke(mine);
    if (this.mine(this.membership.owned).length === 0) this.stops.began(context.now);
    context.host.host.record('revoked', { place: context.place, actor: this.client.client, detail: mine.length, reason: lost ? 'kafka.partitions_lost' : 'kafka.partitions_revoked' });
  }
  assigned(all: readonly TopicPartition[], freshOnes: readonly TopicPartition[]): void {
    const { context } = this;
    const added = this.mine(freshOnes);
    this.stops.ended(context.now);
    context.host.host.record('assigned', { place: context.place, actor: this.client.client, detail: this.mine(all).length, reason: 'kafka.assigned' });
    context.positions.add(added);
    this.fetcher.fetchOffsets(added);
    if (this.state.polling) this.poll();
  }
  save(): ConsumerSessionState {
    const { context, fetcher, committer, classic, modern } = this;
    return { state: { ...this.state }, hands: this.hands.save(), positions: context.positions.save(), fetcher: fetcher.save(), committer: committer.save(), coordinator: context.coordinator.save(), stops: this.stops.save(), pollIntervals: this.pollIntervals.save(), classic: classic.save(), modern: modern.save() };
  }
  load({ state, hands, positions, fetcher, committer, coordinator, stops, pollIntervals, classic, modern }: ConsumerSessionState): void {
    this.state = { ...state };
    this.hands.load(hands);
    this.context.positions.load(positions);
    this.fetcher.load(fetcher);
    this.committer.load(committer);
    this.context.coordinator.load(coordinator);
    this.stops.load(stops);
    this.pollIntervals.load(pollIntervals);
    this.classic.load(classic);
    this.modern.load(modern);
  }
  get topic(): string {
    return this.context.topic;
  }
  get group(): string {
    return this.context.group;
  }
  private get membership(): Membership {
    return this.state.protocol === 'consumer' ? this.modern : this.classic;
  }
  private get member(): MemberOfGroup {
    const { memberId, epoch } = this.membership;
    return { memberId, groupInstanceId: this.context.settings.instanceId, generationOrEpoch: epoch };
  }
  private mine(partitions: readonly TopicPartition[]): number[] {
    const { topic } = this.context;
    return partitions.filter((p) => p.topic === topic).map((p) => p.partition);
  }
  private reset(): void {
    this.state = fresh();
    this.hands.clear();
    this.context.positions.clear();
    this.fetcher.reset();
    this.committer.reset();
    this.context.coordinator.reset();
    this.stops.reset();
    this.pollIntervals.reset();
    this.classic.load(OUT);
    this.modern.load(OUTSIDE);
  }
  // The poll loop --------------------------------------------------------------
  private metadataKnown(): void {
    if (this.state.polling || this.hands.empty) this.poll();
  }
  /** The application calls poll(). */
  private poll(): void {
    const { state } = this;
    state.polling = true;
    if (this.fetcher.partitions === 0 || this.committer.waits) return;
    if (this.membership.stable) this.committer.auto();
    if (state.seeks !== null && this.hands.empty) {
      this.fetcher.seekTo(state.seeks);
      state.seeks = null;
    }
    // What it keeps is given out all the while.
    if (this.membership.needsJoin()) this.membership.join();
    this.handOut();
  }
  /** Gives out what was fetched, up to max.poll.records; poll() goes on waiting when there is nothing. */
  private handOut(): void {
    const { state, client, context } = this;
    const { host, topic, positions, settings } = context;
    const { processAfter } = settings;
    if (!state.polling || state.pausedUntil > context.now) return;
    const ripe = processAfter === 0 ? undefined : (partition: number, offset: number) => context.now >= host.recordTime(topic, partition, offset) + processAfter;
    const { records, waits } = positions.take(settings.maxPollRecords, ripe);
    if (waits >= 0) context.later(Math.max(1, host.recordTime(topic, waits, positions.at(waits)) + processAfter - context.now), 'paused', 0);
    this.fetcher.fetch();
    if (records.length === 0) return;
    state.polling = false;
    state.polls++;
    this.pollIntervals.set(settings.maxPollInterval, state.polls);
    for (const record of records) this.hands.put(record, host.readings.delivered(settings.group, topic, record.partition, record.offset, record.message, client.client));
    this.committer.beforeWork();
    this.work();
  }
  /** Hands records to free slots; where work is handed on to other threads, poll() is called again at once. */
  private work(): void {
    const { state } = this;
    if (this.committer.waits) return;
    for (const record of this.hands.all) {
      if (state.slots <= 0) break;
      if (record.started) continue;
      record.started = true;
      if (this.context.listener.push(record.delivery) === 'busy') {
        record.started = false;
        state.slots = 0;
        break;
      }
      state.slots--;
    }
    const idle = this.hands.empty || (this.context.settings.handOff && this.hands.allStarted);
    if (idle && !state.polling && this.client.wanted && this.fetcher.partitions > 0) this.poll();
  }
  /** max.poll.interval.ms is over: the background thread leaves the group; the application works on and does not know. */
  private tooSlow(): void {
    if (!this.membership.joined) return;
    this.state.leftForPolling = true;
    this.membership.leave('poll interval');
  }
  /** Everything that poll() gave out is worked on. */
  private batchDone(): void {
    const { state } = this;
    this.committer.batchDone();
    if (state.leftForPolling) this.committer.failed();
    state.leftForPolling = false;
    this.work();
  }
  /** A record failed and is to be tried again. */
  private pauseAfter(failed: Readonly<InHand>): void {
    const { state, context } = this;
    if (failed.zombie) return;
    seekBack(context, failed, this.hands.giveBack());
    const wait = context.settings.errorBackoff;
    state.pausedUntil = context.now + wait;
    context.later(wait, 'paused', 0);
  }
  /** What may be committed at the end: what poll() has given out, but for the records that its own thread has not finished. */
  private done(): readonly PartitionOffset[] {
    const consumed = this.context.positions.consumed();
    if (this.context.settings.handOff) return consumed;
    return consumed.map(({ partition, offset }) => ({ partition, offset: this.hands.unfinished(partition, offset) }));
  }
}
