/** Keeps the cluster's groups and their committed offsets: hands requests to the group they name, and tells what came of them. */
import type { KafkaCluster } from './cluster.ts';
import { ClassicGroup } from './group/classic.ts';
import { GroupOffsets } from './group/offsets.ts';
import type { GroupRequest, Response, TopicPartition } from './protocol.ts';

interface Group {
  readonly classic: ClassicGroup;
  readonly offsets: GroupOffsets;
  /** Client of a member id. */
  names: Map<string, string>;
}
export interface CoordinatorState {
  readonly groups: readonly { readonly id: string; readonly classic: unknown; readonly offsets: unknown; readonly names: readonly (readonly [string, string])[] }[];
  readonly timers: readonly (readonly [number, readonly [group: string, name: string, ref: number]])[];
  readonly next: number;
}

export class Coordinator {
  private readonly cluster: KafkaCluster;
  private readonly groups = new Map<string, Group>();
  private timers = new Map<number, readonly [group: string, name: string, ref: number]>();
  private next = 0;
  constructor(cluster: KafkaCluster) {
    this.cluster = cluster;
  }
  handle(from: string, correlation: number, request: GroupRequest): void {
    if (!this.cluster.anyUp) return this.reply(from, correlation, { api: 'Unavailable' });
    const group = this.group(request.group);
    const client = `${correlation}|${from}`;
    this.watched(request.group, group, 'kafka.left', () => {
      switch (request.api) {
        case 'JoinGroup':
          group.classic.join({ ...request.join, client });
          break;
        case 'SyncGroup':
          group.classic.sync({ ...request.sync, client });
          break;
        case 'Heartbeat':
          group.classic.heartbeat({ ...request.heartbeat, client });
          break;
        case 'LeaveGroup':
          group.classic.leave({ ...request.leave, client });
          break;
        case 'OffsetCommit':
          this.commit(from, correlation, group, request);
          break;
        case 'OffsetFetch': {
          const answer = group.offsets.fetch({ memberId: null, memberEpoch: -1 }, request.partitions, request.stable);
          const unstable = typeof answer === 'string' ? answer : (answer.find((o) => o.error !== null)?.error ?? null);
          this.reply(from, correlation, { api: 'OffsetFetch', error: unstable, offsets: typeof answer === 'string' ? [] : answer.map(({ topic, partition, offset }) => ({ topic, partition, offset })) });
        }
      }
    });
  }
  timer(id: number): void {
    const timer = this.timers.get(id);
    this.timers.delete(id);
    if (!timer) return;
    const [name, what, ref] = timer;
    const group = this.group(name);
    this.watched(name, group, 'kafka.session_timeout', () => (what === 'offsets-retention' ? group.offsets.timer(what, ref) : group.classic.timer(what, ref)));
  }
  committed(group: string, { topic, partition }: TopicPartition): number {
    return this.groups.get(group)?.offsets.committed(topic, partition) ?? -1;
  }
  /** An administrator sets a group's offset: only of a group without members (kafka-consumer-groups.sh --reset-offsets). @returns whether it was done */
  resetOffsets(name: string, offsets: readonly (TopicPartition & { readonly offset: number })[]): boolean {
    const group = this.group(name);
    if (group.classic.members().length > 0) return false;
    group.offsets.commit({ memberId: '', groupInstanceId: null, generationOrEpoch: -1 }, offsets.map((o) => ({ ...o, leaderEpoch: -1, metadata: '' })));
    return true;
  }
  /** For pictures. */
  state(name: string): { readonly state: string; readonly generation: number; readonly members: readonly { readonly client: string; readonly partitions: readonly TopicPartition[] }[] } | undefined {
    const group = this.groups.get(name);
    return group && { state: group.classic.state, generation: group.classic.generationId, members: group.classic.members().map((m) => ({ client: group.names.get(m.memberId) ?? m.memberId, partitions: m.assignment })) };
  }
  save(): CoordinatorState {
    return { groups: [...this.groups].map(([id, g]) => ({ id, classic: g.classic.save(), offsets: g.offsets.save(), names: [...g.names] })), timers: [...this.timers], next: this.next };
  }
  load(state: CoordinatorState): void {
    this.groups.clear();
    for (const { id, classic, offsets, names } of state.groups) {
      const group = this.group(id);
      group.classic.load(classic);
      group.offsets.load(offsets);
      group.names = new Map(names);
    }
    this.timers = new Map(state.timers);
    this.next = state.next;
  }

  private group(id: string): Group {
    const known = this.groups.get(id);
    if (known) return known;
    const { host, settings } = this.cluster;
    const after = (delay: number, name: string, ref: number) => {
      const timer = this.next++;
      this.timers.set(timer, [id, name, ref]);
      host.after(delay, 'group', timer);
    };
    const now = () => host.now();
    const classic = new ClassicGroup({ groupId: id, now, after, send: (to, response) => this.send(id, to, response) }, { 'group.initial.rebalance.delay.ms': settings.initialRebalanceDelay / 1000 });
    const offsets = new GroupOffsets({ now, after, expired: () => undefined }, classic, { 'offsets.retention.minutes': settings.offsetsRetention / 60e6 });
    const group: Group = { classic, offsets, names: new Map() };
    this.groups.set(id, group);
    return group;
  }
  /** A response of a group: to whoever asked, under the number of its request. */
  private send(group: string, to: string, response: Extract<Response, { api: 'Group' }>['response']): void {
    const at = to.indexOf('|');
    const from = to.slice(at + 1);
    if (response.kind === 'JoinGroup' && response.memberId !== '') this.groups.get(group)?.names.set(response.memberId, clientOf(from));
    this.reply(from, Number(to.slice(0, at)), { api: 'Group', response });
  }
  private reply(to: string, correlation: number, response: Response): void {
    this.cluster.out.push({ kind: 'response', to, correlation, response });
  }
  private commit(from: string, correlation: number, group: Group, request: Extract<GroupRequest, { api: 'OffsetCommit' }>): void {
    const answer = group.offsets.commit(request.member, request.offsets.map((o) => ({ ...o, leaderEpoch: -1, metadata: '' })));
    const error = typeof answer === 'string' ? answer : null;
    if (error === null) this.cluster.out.push({ kind: 'offsets-committed', group: request.group, how: request.how, offsets: request.offsets });
    else this.cluster.out.push({ kind: 'commit-refused', group: request.group, client: clientOf(from), error });
    this.reply(from, correlation, { api: 'OffsetCommit', error });
  }
  /** Tells when a rebalance begins or ends, and who came and went. */
  private watched(name: string, group: Group, gone: string, todo: () => void): void {
    const { classic } = group;
    const before = { state: classic.state, members: classic.members().map((m) => m.memberId) };
    todo();
    const members = classic.members().map((m) => m.memberId);
    const tell = (id: string, joined: boolean) => this.cluster.out.push({ kind: 'member', group: name, client: group.names.get(id) ?? id.replace(/-\d+$/, ''), joined, because: gone });
    for (const id of before.members) if (!members.includes(id)) tell(id, false);
    for (const id of members) if (!before.members.includes(id)) tell(id, true);
    if (before.state !== 'PreparingRebalance' && classic.state === 'PreparingRebalance') this.cluster.out.push({ kind: 'rebalance', group: name, begins: true, generation: classic.generationId });
    if (before.state !== 'Stable' && classic.state === 'Stable') this.cluster.out.push({ kind: 'rebalance', group: name, begins: false, generation: classic.generationId });
  }
}
/** "pay/1" of a session's id "pay/1 link#3". */
export function clientOf(session: string): string {
  return session.slice(0, session.indexOf(' '));
}
