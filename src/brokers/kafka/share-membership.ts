/** A share consumer's side of its group: heartbeats that tell which partitions it may fetch from. Nobody gives anything up for anybody. https://cwiki.apache.org/confluence/display/KAFKA/KIP-932%3A+Queues+for+Kafka */
import type { GroupError } from './group/errors.ts';
import { JOIN_EPOCH } from './group/modern-state.ts';
import { STARTED_AGAIN } from './membership.ts';
import type { GroupRequest, GroupResponse, TopicPartition } from './protocol.ts';

export interface ShareMembershipListener {
  readonly group: string;
  readonly topic: string;
  /** Made by the client itself. */
  readonly memberName: string;
  /** @returns its correlation */
  request(request: GroupRequest): number;
  assigned(partitions: readonly TopicPartition[]): void;
  refused(error: GroupError): void;
  heartbeatIn(delay: number, beat: number): void;
}
export interface ShareMembershipState {
  stage: 'out' | 'joining' | 'stable';
  memberId: string;
  epoch: number;
  assigned: TopicPartition[];
  /** Correlation of the heartbeat under way; -1 when none is. */
  waiting: number;
  /** ms, as the coordinator wants it */
  interval: number;
  beat: number;
  /** It was refused for good: it is out until its application has started again. */
  barred: boolean;
}
export const NO_MEMBER: ShareMembershipState = { stage: 'out', memberId: '', epoch: -1, assigned: [], waiting: -1, interval: 5_000, beat: 0, barred: false };
const LEAVE_EPOCH = -1;
/** µs: retry.backoff.ms */
const RETRY = 100_000;

export class ShareMembership {
  private state: ShareMembershipState = { ...NO_MEMBER };
  private readonly listener: ShareMembershipListener;
  constructor(listener: ShareMembershipListener) {
    this.listener = listener;
  }
  get memberId(): string {
    return this.state.memberId;
  }
  get assigned(): readonly TopicPartition[] {
    return this.state.assigned;
  }
  get joined(): boolean {
    return this.state.stage !== 'out';
  }
  join(): void {
    if (this.state.stage !== 'out' || this.state.barred) return;
    Object.assign(this.state, { stage: 'joining', memberId: this.listener.memberName, epoch: JOIN_EPOCH });
    this.send();
  }
  answered(correlation: number, response: GroupResponse): void {
    const { state, listener } = this;
    if (response.kind !== 'ShareGroupHeartbeat' || correlation !== state.waiting) return;
    state.waiting = -1;
    if (response.error !== null) return this.failed(response.error);
    Object.assign(state, { stage: 'stable', epoch: response.memberEpoch });
    if (response.heartbeatIntervalMs > 0) state.interval = response.heartbeatIntervalMs;
    this.beatIn(state.interval * 1000);
    if (response.assignment === null) return;
    state.assigned = [...response.assignment];
    listener.assigned(state.assigned);
  }
  /** @param beat void when another has been set since */
  heartbeat(beat: number): void {
    const { state } = this;
    if (beat !== state.beat) return;
    if (state.barred) {
      state.barred = false;
      this.join();
    } else if (state.stage === 'out') return;
    else if (state.waiting >= 0) this.beatIn(state.interval * 1000);
    else this.send();
  }
  leave(): void {
    if (this.state.stage === 'out') return;
    this.state.epoch = LEAVE_EPOCH;
    this.send();
    this.forget();
  }
  save(): ShareMembershipState {
    return { ...this.state, assigned: [...this.state.assigned] };
  }
  load(state: ShareMembershipState): void {
    this.state = { ...state, assigned: [...state.assigned] };
  }

  private failed(error: GroupError): void {
    const { state } = this;
    if (error === 'COORDINATOR_NOT_AVAILABLE' || error === 'NOT_COORDINATOR') return this.beatIn(RETRY);
    const wasIn = state.stage === 'stable';
    this.forget();
    if (wasIn && (error === 'FENCED_MEMBER_EPOCH' || error === 'UNKNOWN_MEMBER_ID')) return this.join();
    this.listener.refused(error);
    state.barred = true;
    this.beatIn(STARTED_AGAIN);
  }
  private forget(): void {
    Object.assign(this.state, { stage: 'out', epoch: -1, assigned: [], waiting: -1 });
  }
  private send(): void {
    const { state, listener } = this;
    state.waiting = listener.request({ api: 'ShareGroupHeartbeat', group: listener.group, heartbeat: { memberId: state.memberId, memberEpoch: state.epoch, subscribedTopicNames: state.epoch === JOIN_EPOCH ? [listener.topic] : null } });
    this.beatIn(state.interval * 1000);
  }
  private beatIn(delay: number): void {
    this.listener.heartbeatIn(delay, ++this.state.beat);
  }
}
