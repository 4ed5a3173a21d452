/**
 * A KafkaShareConsumer: records of shared partitions, each acquired for a while and acknowledged one by one.
 * https://kafka.apache.org/44/javadoc/org/apache/kafka/clients/consumer/KafkaShareConsumer.html
 */
import type { Delivery, Portion, ReceiveListener, ReceiveSession } from '../contract.ts';
import { type ClientState, refusalNamed } from './connection.ts';
import { Coordination, type CoordinationState } from './coordination.ts';
import type { ConsumerHost } from './consumer-context.ts';
import { rangesOf } from './portions.ts';
import type { GroupError } from './group/errors.ts';
import { NO_MEMBER, ShareMembership, type ShareMembershipListener, type ShareMembershipState } from './share-membership.ts';
import type { AcknowledgementResult, AcquiredGap, GroupRequest, RecordAcknowledgement, Response, TopicPartition } from './protocol.ts';

interface InHand {
  readonly partition: number;
  readonly offset: number;
  readonly delivery: Delivery;
  started: boolean;
  /** The broker took it back; the application does not know. */
  zombie: boolean;
}
interface Outcome {
  readonly partition: number;
  readonly offset: number;
  readonly type: 'ACCEPT' | 'RELEASE' | 'REJECT';
  readonly delivery: Delivery;
}
interface State {
  polling: boolean;
  polls: number;
  slots: number;
  inHand: InHand[];
  /** Acknowledged by the application; goes with the next request. */
  outcomes: Outcome[];
  /** Acquired offsets without a record: told with the next request. */
  gaps: readonly AcquiredGap[];
  /** Sent, and not yet answered. */
  sent: (readonly [correlation: number, readonly Outcome[]])[];
  nextHandle: number;
  /** Correlation of the fetch that is under way; -1 when none is. */
  fetching: number;
  fetchAfter: number;
  /** commitSync is under way: the application waits for it. */
  committing: number;
  /** The application waits for work whose record was taken back. */
  stuck: boolean;
  /** The next acknowledgements never get to the broker: the connection breaks under them. */
  loses: boolean;
}
export interface ShareConsumerState {
  readonly state: State;
  readonly membership: ShareMembershipState;
  readonly coordinator: CoordinationState;
}
const fresh = (): State => ({ polling: false, polls: 0, slots: 0, inHand: [], outcomes: [], gaps: [], sent: [], nextHandle: 1, fetching: -1, fetchAfter: 0, committing: -1, stuck: false, loses: false });

export class KafkaShareConsumer implements ReceiveSession, ShareMembershipListener {
  readonly can = { retryOne: true, reject: true, extend: false, outOfOrder: true };
  private readonly client: ClientState;
  private readonly host: ConsumerHost;
  private readonly listener: ReceiveListener;
  private readonly membership: ShareMembership;
  private readonly coordinator: Coordination;
  private state = fresh();
  constructor(client: ClientState, host: ConsumerHost, listener: ReceiveListener) {
    this.client = client;
    this.host = host;
    this.listener = listener;
    this.membership = new ShareMembership(this);
    this.coordinator = new Coordination(client, host, (correlation, response) => {
      if (response.api === 'Group') this.membership.answered(correlation, response.response);
    });
  }
  // ReceiveSession -------------------------------------------------------------
  open(): void {
    this.client.wanted = true;
    this.client.life++;
    this.reset();
    this.membership.join();
    this.poll();
  }
  close(how: 'graceful' | 'crash'): void {
    // close() sends what was acknowledged; a dead process only loses its connection. Either way its share session ends.
    if (how === 'graceful') this.acknowledge();
    this.endSession();
    if (how === 'graceful') this.membership.leave();
    this.client.wanted = false;
    this.client.life++;
    this.reset();
  }
  ready(slots: number): void {
    this.state.slots = slots;
    this.state.stuck = false;
    this.work();
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
    const sent = how === 'reject' && this.forwarded(record);
    // Without acknowledge() a record is accepted by the next poll(), whatever became of it.
    const type = how === 'done' || sent || !this.explicit ? 'ACCEPT' : how === 'retry' ? 'RELEASE' : 'REJECT';
    state.outcomes.push({ partition: record.partition, offset: record.offset, type, delivery: record.delivery });
    if (this.explicit && this.config['acknowledge'] === 'commitSync each record') state.committing = this.acknowledge();
    this.work();
  }
  // Answers and timers ---------------------------------------------------------
  answered(correlation: number, response: Response): void {
    const { state } = this;
    switch (response.api) {
      case 'ShareAcknowledge':
        this.told(correlation, response.acknowledged);
        if (correlation !== state.committing) return;
        state.committing = -1;
        this.work();
        break;
      case 'ShareFetch':
        this.told(correlation, response.acknowledged);
        if (correlation !== state.fetching) return;
        state.fetching = -1;
        this.fetched(response);
        break;
      default:
        this.coordinator.answered(correlation, response);
    }
  }
  timer(name: string, arg: number): void {
    if (name === 'heartbeat') this.membership.heartbeat(arg);
    else if (name === 'fetch') this.fetch();
    else if (name === 'coordinator request') this.coordinator.due(arg);
    // The background thread leaves the group; the application works on and does not know.
    else if (name === 'poll interval' && arg === this.state.polls && !this.state.polling) this.membership.leave();
  }
  /** The broker took a record back. */
  takenBack(partition: number, offset: number, reason: string): void {
    const { state } = this;
    const record = state.inHand.find((r) => r.partition === partition && r.offset === offset && !r.zombie);
    if (!record) return;
    record.zombie = true;
    if (!record.started) return;
    state.inHand = state.inHand.filter((r) => r !== record);
    state.stuck = true;
    this.listener.withdrawn([record.delivery], reason, false);
    // The next poll() accepts it all the same, and is refused.
    if (!this.explicit) state.outcomes.push({ partition, offset, type: 'ACCEPT', delivery: record.delivery });
  }
  loseNextAcknowledgement(): void {
    this.state.loses = true;
  }
  // ShareMembershipListener ----------------------------------------------------
  request(request: GroupRequest): number {
    return this.coordinator.request(request);
  }
  portion(): Portion {
    const parts = this.membership.assigned.filter((p) => p.topic === this.topic).map((p) => p.partition);
    return { parts: parts.length === 0 ? '–' : rangesOf(parts), stops: [] };
  }
  assigned(partitions: readonly TopicPartition[]): void {
    this.host.host.record('assigned', { place: this.place, actor: this.client.client, detail: partitions.length, reason: 'kafka.assigned' });
    this.fetch();
  }
  refused(error: GroupError): void {
    this.host.host.record('refused', { place: this.place, actor: this.client.client, reason: `kafka.${error}` });
  }
  heartbeatIn(delay: number, beat: number): void {
    this.host.later(this.client, delay, 'heartbeat', beat);
  }
  get memberName(): string {
    return `${this.client.client}-${this.client.life}`;
  }
  get topic(): string {
    return this.host.topicOf(this.client);
  }
  get group(): string {
    return String(this.config['group.id'] ?? '');
  }
  save(): ShareConsumerState {
    const { state } = this;
    return { state: { ...state, inHand: state.inHand.map((r) => ({ ...r })), outcomes: [...state.outcomes], sent: [...state.sent] }, membership: this.membership.save(), coordinator: this.coordinator.save() };
  }
  load({ state, membership, coordinator }: ShareConsumerState): void {
    this.coordinator.load(coordinator);
    this.state = { ...state, inHand: state.inHand.map((r) => ({ ...r })), outcomes: [...state.outcomes], sent: [...state.sent] };
    this.membership.load(membership);
  }

  private get config(): Readonly<Record<string, unknown>> {
    return this.host.config(this.client);
  }
  private number(name: string, fallback: number): number {
    const value = this.config[name];
    return typeof value === 'number' ? value : fallback;
  }
  private get explicit(): boolean {
    return this.config['share.acknowledgement.mode'] === 'explicit';
  }
  private get place(): string {
    return this.host.readings.placeOf(this.topic, this.group);
  }
  private reset(): void {
    this.state = fresh();
    this.membership.load(NO_MEMBER);
    this.coordinator.reset();
  }
  /** The application calls poll(): all of the last batch is worked on. */
  private poll(): void {
    this.state.polling = true;
    this.membership.join();
    this.fetch();
  }
  /** One at a time, and only while poll() waits. What was acknowledged goes with it. */
  private fetch(): void {
    const { state, membership } = this;
    if (!state.polling || state.fetching >= 0 || this.host.host.now() < state.fetchAfter) return;
    if (membership.assigned.length === 0) {
      this.acknowledge();
      return;
    }
    this.loseIfAsked();
    const { outcomes } = state;
    const acknowledgements = this.acknowledgements();
    state.fetching = this.host.request(
      this.client,
      -1,
      {
        api: 'ShareFetch',
        group: this.group,
        memberId: membership.memberId,
        maxWait: this.number('fetch.max.wait.ms', 500) * 1000,
        minBytes: this.number('fetch.min.bytes', 1),
        maxBytes: this.number('fetch.max.bytes', 52_428_800),
        maxRecords: this.number('max.poll.records', 500),
        mode: this.config['share.acquire.mode'] === 'record_limit' ? 'record_limit' : 'batch_optimized',
        round: state.polls,
        partitions: membership.assigned,
        acknowledgements,
      },
      [],
    );
    if (outcomes.length > 0) state.sent.push([state.fetching, outcomes]);
  }
  private fetched(response: Extract<Response, { api: 'ShareFetch' }>): void {
    const { state } = this;
    state.polls++;
    state.gaps = [...state.gaps, ...response.gaps];
    if (response.error !== 'NONE') {
      const wait = Math.max(1, this.number('retry.backoff.ms', 100)) * 1000;
      state.fetchAfter = this.host.host.now() + wait;
      this.host.later(this.client, wait, 'fetch', 0);
    }
    if (response.records.length === 0) return this.fetch();
    state.polling = false;
    this.host.later(this.client, this.number('max.poll.interval.ms', 300_000) * 1000, 'poll interval', state.polls);
    for (const { partition, offset, message, copy, attempt, entry } of response.records) {
      const zombie = this.host.readings.inHand(this.group, this.topic, partition, offset)?.entry !== entry;
      state.inHand.push({ partition, offset, started: false, zombie, delivery: { handle: state.nextHandle++, message, copy, attempt, redelivered: attempt > 1, entry } });
    }
    this.work();
  }
  /** Hands records to free slots; poll() is called again when all of them are worked on. */
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
    if (state.inHand.length === 0 && !state.polling && !state.stuck && this.client.wanted) this.poll();
  }
  /** The application sends a rejected record to another topic itself. @returns whether it did */
  private forwarded({ partition, offset, zombie, delivery }: InHand): boolean {
    const topic = this.config['deadLetterTopic'];
    if (typeof topic !== 'string' || topic === '' || !this.host.forward(this.client, topic, delivery.message)) return false;
    if (!zombie) this.host.readings.givenUp(this.group, this.topic, partition, offset, delivery.message, 'dead-lettered', 'kafka.sent_to_other_topic');
    return true;
  }
  /** ShareAcknowledge. @returns its correlation, -1 when there is nothing to say */
  private acknowledge(): number {
    const { state } = this;
    this.loseIfAsked();
    const { outcomes } = state;
    if (outcomes.length === 0 && state.gaps.length === 0) return -1;
    const correlation = this.host.request(this.client, -1, { api: 'ShareAcknowledge', group: this.group, memberId: this.membership.memberId, acknowledgements: this.acknowledgements() }, []);
    state.sent.push([correlation, outcomes]);
    return correlation;
  }
  /**
   * The connection breaks under acknowledgements: its share session ends with it, so that others are given what this consumer holds. In a new
   * session they cannot be sent again; the acknowledgement commit callback tells the application.
   */
  private loseIfAsked(): void {
    const { state } = this;
    if (!state.loses || state.outcomes.length === 0) return;
    state.loses = false;
    const { outcomes } = state;
    state.outcomes = [];
    state.gaps = [];
    this.endSession();
    for (const { delivery } of outcomes) this.listener.settled(delivery, refusalNamed('DISCONNECTED'));
  }
  private endSession(): void {
    if (this.membership.memberId !== '') this.host.request(this.client, -1, { api: 'ShareSessionEnd', group: this.group, memberId: this.membership.memberId }, []);
  }
  /** Everything that is to be told now. */
  private acknowledgements(): RecordAcknowledgement[] {
    const { state, topic } = this;
    const { outcomes, gaps } = state;
    state.outcomes = [];
    state.gaps = [];
    return [...outcomes.map(({ partition, offset, type }) => ({ topic, partition, offset, type })), ...gaps.map((gap) => ({ ...gap, type: 'GAP' as const }))];
  }
  /** The acknowledgement commit callback. */
  private told(correlation: number, results: readonly AcknowledgementResult[]): void {
    const { state } = this;
    const [, outcomes] = state.sent.find(([sent]) => sent === correlation) ?? [0, []];
    state.sent = state.sent.filter(([sent]) => sent !== correlation);
    for (const { partition, offset, delivery } of outcomes) {
      const error = results.find((r) => r.partition === partition && r.offset === offset)?.error ?? null;
      this.listener.settled(delivery, error === null ? 'confirmed' : refusalNamed(error));
    }
  }
}
