/**
 * A consumer's side of the consumer protocol (KIP-848): heartbeats carry everything. What is taken away is given up in poll(), then told;
 * what is added comes when others have let go of it; whatever stays is read on all the while.
 * https://cwiki.apache.org/confluence/display/KAFKA/KIP-848%3A+The+Next+Generation+of+the+Consumer+Rebalance+Protocol
 */
import type { GroupError } from './group/errors.ts';
import { type ConsumerHeartbeat, type ConsumerHeartbeatResponse, JOIN_EPOCH, LEAVE_STATIC_EPOCH } from './group/modern-state.ts';
import { type Membership, type MembershipListener, type MembershipSettings, STARTED_AGAIN, without } from './membership.ts';
import type { GroupResponse, TopicPartition } from './protocol.ts';

export interface ModernMembershipState {
  stage: 'out' | 'joining' | 'stable';
  memberId: string;
  epoch: number;
  owned: TopicPartition[];
  /** What the coordinator wants it to own, until poll() has made it so; null when it does. */
  target: TopicPartition[] | null;
  /** Its next heartbeat says what it owns. */
  tells: boolean;
  /** The heartbeat under way did say it. */
  told: boolean;
  /** Correlation of the heartbeat under way; -1 when none is. */
  waiting: number;
  /** ms, as the coordinator wants it */
  interval: number;
  beat: number;
  /** It was refused for good: it is out until its application has started again. */
  barred: boolean;
}
export const OUTSIDE: ModernMembershipState = { stage: 'out', memberId: '', epoch: -1, owned: [], target: null, tells: false, told: false, waiting: -1, interval: 5_000, beat: 0, barred: false };
const LEAVE_EPOCH = -1;
/** µs before a heartbeat is sent again that found no coordinator: retry.backoff.ms */
const RETRY = 100_000;

export class ModernMembership implements Membership {
  private state: ModernMembershipState = { ...OUTSIDE };
  private readonly settings: () => MembershipSettings;
  private readonly listener: MembershipListener;
  constructor(settings: () => MembershipSettings, listener: MembershipListener) {
    this.settings = settings;
    this.listener = listener;
  }
  get memberId(): string {
    return this.state.memberId;
  }
  get epoch(): number {
    return this.state.stage === 'stable' ? this.state.epoch : -1;
  }
  get owned(): readonly TopicPartition[] {
    return this.state.owned;
  }
  get joined(): boolean {
    return this.state.stage !== 'out';
  }
  get rebalancing(): boolean {
    return this.state.stage === 'joining' || this.state.target !== null;
  }
  get stable(): boolean {
    return this.state.stage === 'stable';
  }
  needsJoin(): boolean {
    return (this.state.stage === 'out' && !this.state.barred) || this.state.target !== null;
  }
  join(): void {
    if (this.state.target !== null) return this.reconcile(this.state.target);
    const { memberId } = this.settings();
    Object.assign(this.state, { stage: 'joining', memberId, epoch: JOIN_EPOCH, owned: [], target: null, tells: false, barred: false });
    this.introduce();
  }
  answered(correlation: number, response: GroupResponse): void {
    const { state } = this;
    if (response.kind !== 'ConsumerGroupHeartbeat' || correlation !== state.waiting) return;
    state.waiting = -1;
    if (state.stage === 'out') return;
    if (response.error !== null) return this.refused(response.error);
    this.accepted(response);
  }
  heartbeat(beat: number): void {
    const { state } = this;
    if (beat !== state.beat) return;
    if (state.barred) return this.join();
    if (state.stage === 'out') return;
    // One at a time: while the last has no answer, the next waits.
    if (state.waiting >= 0) this.beatIn(state.interval * 1000);
    else if (state.stage === 'joining') this.introduce();
    else this.send({});
  }
  commitRefused(): void {
    // Its heartbeats tell it whether it is still in.
  }
  /** max.poll.interval.ms is over, or the consumer is closed. A static member says that it will be back. */
  leave(): void {
    const { state } = this;
    if (state.stage === 'out') return;
    this.send({ memberEpoch: this.settings().groupInstanceId === null ? LEAVE_EPOCH : LEAVE_STATIC_EPOCH, topicPartitions: null });
    this.forget();
  }
  save(): ModernMembershipState {
    return { ...this.state, owned: [...this.state.owned], target: this.state.target && [...this.state.target] };
  }
  load(state: ModernMembershipState): void {
    this.state = { ...state, owned: [...state.owned], target: state.target && [...state.target] };
  }

  private accepted({ memberEpoch, heartbeatIntervalMs, assignment }: ConsumerHeartbeatResponse): void {
    const { state } = this;
    Object.assign(state, { stage: 'stable', epoch: memberEpoch, told: false });
    if (heartbeatIntervalMs > 0) state.interval = heartbeatIntervalMs;
    if (assignment !== null) {
      const same = assignment.length === state.owned.length && without(assignment, state.owned).length === 0;
      state.target = same ? null : [...assignment];
    }
    if (state.tells) this.send({});
    else this.beatIn(state.interval * 1000);
  }
  /** In poll(), as the application's rebalance listener is: revoked first, and told; then what is new. */
  private reconcile(target: readonly TopicPartition[]): void {
    const { state, listener } = this;
    const gone = without(state.owned, target);
    const fresh = without(target, state.owned);
    state.target = null;
    if (gone.length > 0) {
      listener.beforeRebalance();
      state.owned = without(state.owned, gone);
      listener.revoked(gone, false);
    }
    state.owned = [...target];
    state.tells = true;
    if (state.waiting < 0) this.send({});
    listener.assigned(state.owned, fresh);
  }
  private refused(error: GroupError): void {
    const { state } = this;
    switch (error) {
      case 'COORDINATOR_NOT_AVAILABLE':
      case 'NOT_COORDINATOR':
        state.tells ||= state.told;
        this.beatIn(RETRY);
        break;
      case 'FENCED_MEMBER_EPOCH':
      case 'UNKNOWN_MEMBER_ID':
        // It abandons all its partitions and begins anew; without having been in, the application begins anew.
        if (state.stage === 'joining') this.failed(error);
        else {
          this.forget();
          this.join();
        }
        break;
      default:
        this.failed(error);
    }
  }
  private failed(error: GroupError): void {
    this.forget();
    this.listener.refused(error);
    this.state.barred = true;
    this.beatIn(STARTED_AGAIN);
  }
  private forget(): void {
    const { state } = this;
    const lost = state.owned;
    Object.assign(state, { stage: 'out', epoch: -1, owned: [], target: null, tells: false, told: false, waiting: -1 });
    if (lost.length > 0) this.listener.revoked(lost, true);
  }
  /** A member that joins says everything about itself. */
  private introduce(): void {
    const { maxPollInterval, topic, assignor } = this.settings();
    this.send({ rebalanceTimeoutMs: maxPollInterval, subscribedTopicNames: [topic], serverAssignor: assignor, topicPartitions: [] });
  }
  private send(more: Partial<ConsumerHeartbeat>): void {
    const { state } = this;
    const { group, groupInstanceId } = this.settings();
    state.told = state.tells;
    state.tells = false;
    state.waiting = this.listener.request({
      api: 'ConsumerGroupHeartbeat',
      group,
      heartbeat: { memberId: state.memberId, memberEpoch: state.epoch, instanceId: groupInstanceId, rebalanceTimeoutMs: null, subscribedTopicNames: null, serverAssignor: null, topicPartitions: state.told ? [...state.owned] : null, ...more },
    });
    this.beatIn(state.interval * 1000);
  }
  private beatIn(delay: number): void {
    this.listener.heartbeatIn(delay, ++this.state.beat);
  }
}
