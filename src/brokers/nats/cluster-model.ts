import type { Envelope } from './events.ts';

/** The state of a cluster beside that of its streams: servers, their disks, and RAFT groups. Plain data. */

export interface Server {
  up: boolean;
  /** µs: when it went last. */
  goneAt: number;
  /** Numbers of snapshots by stream: what was synced last while it is up. */
  synced: Map<string, number>;
  /** Numbers of snapshots by stream: with what it comes back, until it has caught up. */
  disk: Map<string, number>;
}
/** A stream with its consumers as it lay on a disk. */
export interface Snapshot {
  readonly term: number;
  /** Sequence of its last message. */
  readonly index: number;
  /** The stream as text, which copies of the state share; '': nothing. */
  readonly stream: string;
}
/** A server's copy of a group's log. */
export interface Peer {
  readonly server: number;
  /** It has whatever the leader sends, one way over the route later. */
  current: boolean;
  /** Where its log ends when it is not current. */
  term: number;
  index: number;
}
/** Something that the leader has sent to its followers, and that is stored once a majority has it. */
export interface Proposal {
  readonly envelope: Envelope;
  /** µs */
  at: number;
}
/** The servers that keep one stream or consumer, or what there is of both (the meta group). */
export interface Group {
  /** Of the stream or consumer; META for the meta group. */
  readonly id: number;
  peers: Peer[];
  /** Number of the server that leads, or -1. */
  leader: number;
  term: number;
  /** µs of the election, from which on heartbeats are counted. */
  ledSince: number;
  /** µs: when the leader was heard of last, apart from heartbeats. */
  heardAt: number;
  /** By number, in their order. */
  readonly proposals: Map<number, Proposal>;
  proposed: number;
  /** Nats-Msg-Ids that the leader has proposed. */
  readonly ids: Set<string>;
  /** Who stands at the next election. */
  candidate: number;
  /** When each timer is due, µs; -1: not running. */
  readonly timers: { vote: number; quorum: number; catchup: number; commit: number };
}
export const META = -1;
export type GroupTimer = keyof Group['timers'];

export interface ClusterState {
  readonly servers: Server[];
  readonly groups: Map<number, Group>;
  readonly snapshots: Map<number, Snapshot>;
  nextSnapshot: number;
}
