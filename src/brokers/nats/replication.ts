import { type Group, META, type Peer, type Proposal } from './cluster-model.ts';
import type { Core } from './core.ts';
import { errors } from './errors.ts';
import type { Envelope } from './events.ts';
import { answerPublish, ingest, msgId } from './ingest.ts';
import type { Consumer, Stream } from './model.ts';
import { arm, awaitCatchUp, awaitElection, caughtUp, election, hasMajority, hasQuorum, isUp, watchQuorum } from './raft.ts';
import { revive } from './restart.ts';
import { isServed } from './leading.ts';
import { streamsChanged } from './routing.ts';
import { endRequests, forgetSnapshots, restore } from './snapshots.ts';

/** What several servers make of one stream: nothing is stored before a majority has it, and nobody stores without a leader. */

/** A message for the stream: with replicas it is proposed to the others first. */
export function receive(core: Core, stream: Stream, envelope: Envelope): void {
  const group = core.cluster.groups.get(stream.id);
  const id = msgId(envelope);
  const known = id !== '' && stream.ids.has(id) && core.since('2.10.27');
  if (group === undefined || group.peers.length < 2 || known) {
    ingest(core, stream, envelope);
    return;
  }
  if (id !== '' && group.ids.has(id) && core.since('2.10.27')) return inProcess(core, stream, envelope, id);
  group.proposals.set(group.proposed++, { envelope, at: core.now() });
  if (id !== '') group.ids.add(id);
  group.heardAt = core.now();
  core.emit({ kind: 'proposed', stream: stream.name, message: envelope.message });
  if (group.timers.commit < 0) arm(core, group, 'commit', 2 * core.settings.route);
}
/** An id that is proposed and not stored: 2.10 answers as if it were, with sequence 0. Before that it is proposed again. */
function inProcess(core: Core, stream: Stream, envelope: Envelope, id: string): void {
  if (core.since('2.14.5')) {
    const error = errors.duplicateInProcess();
    core.emit({ kind: 'rejected', stream: stream.name, message: envelope.message, error });
    return answerPublish(core, stream, envelope, { error });
  }
  core.emit({ kind: 'duplicate', stream: stream.name, seq: 0, message: envelope.message, id });
  answerPublish(core, stream, envelope, { duplicate: true });
}
/** What a majority has is stored, in its order. */
function commit(core: Core, stream: Stream, group: Group): void {
  group.timers.commit = -1;
  if (group.leader < 0 || !hasQuorum(core, group)) return;
  for (const [number, { envelope, at }] of group.proposals) {
    const due = at + 2 * core.settings.route;
    if (due > core.now()) return arm(core, group, 'commit', due - core.now());
    group.proposals.delete(number);
    group.ids.delete(msgId(envelope));
    ingest(core, stream, envelope);
  }
}

export function groupTimer(core: Core, name: keyof Group['timers'], id: number): void {
  const group = core.cluster.groups.get(id);
  if (group === undefined || group.timers[name] !== core.now()) return;
  group.timers[name] = -1;
  const stream = core.streamById(id);
  if (name === 'commit') {
    if (stream !== undefined) commit(core, stream, group);
  } else if (name === 'catchup') catchUp(core, group);
  else if (name === 'quorum') {
    if (!hasMajority(core, group)) leaderLost(core, group, core.now());
  } else elect(core, group);
}
function catchUp(core: Core, group: Group): void {
  const stream = core.streamById(group.id);
  const there = caughtUp(core, group);
  if (stream !== undefined) hasAll(core, stream, there);
  forgetSnapshots(core);
  if (stream !== undefined) commit(core, stream, group);
}

/** Where a peer's log ends: what is stored and, of what is proposed, that which has reached it. */
export function logOf(core: Core, group: Group, peer: Peer): { readonly term: number; readonly index: number } {
  if (!peer.current) return peer;
  const stream = core.streamById(group.id);
  if (stream === undefined) return { term: group.term, index: 0 };
  const { route } = core.settings;
  const reached = (one: Proposal) => peer.server === group.leader || one.at + route <= core.now();
  return { term: group.term, index: stream.store.lastSeq + [...group.proposals.values()].filter(reached).length };
}
export function leaderLost(core: Core, group: Group, heard: number): void {
  const stream = core.streamById(group.id);
  // What each had got by now is what it goes on with.
  for (const [peer, log] of group.peers.map((one) => [one, logOf(core, group, one)] as const)) Object.assign(peer, { term: log.term, index: log.index });
  for (const peer of group.peers) peer.current = false;
  group.leader = -1;
  Object.assign(group.timers, { quorum: -1, catchup: -1, commit: -1 });
  tell(core, group);
  if (stream !== undefined) streamsChanged(core, stream.config.subjects);
  awaitElection(core, group, heard);
}
function elect(core: Core, group: Group): void {
  const winner = election(core, group, (peer) => logOf(core, group, peer));
  if (winner === undefined) return awaitElection(core, group, core.now());
  lead(core, group, winner);
}
export function lead(core: Core, group: Group, winner: Peer): void {
  const { term, index } = winner;
  for (const peer of group.peers) peer.current = isUp(core, peer.server) && peer.term === term && peer.index === index;
  Object.assign(group, { leader: winner.server, term: Math.max(...group.peers.map((one) => one.term), group.term) + 1, ledSince: core.now(), heardAt: core.now() });
  const stream = core.streamById(group.id);
  if (stream !== undefined) takeOver(core, stream, group, winner.server, index);
  tell(core, group);
  const consumer = core.consumers.get(group.id);
  if (consumer !== undefined) consumerLed(core, consumer);
  awaitCatchUp(core, group);
  watchQuorum(core, group);
}
/** The stream goes on with the log of its new leader. */
function takeOver(core: Core, stream: Stream, group: Group, server: number, index: number): void {
  const { servers, snapshots } = core.cluster;
  const { lastSeq } = stream.store;
  const kept = Math.max(index - lastSeq, 0);
  group.ids.clear();
  for (const [i, [number, one]] of [...group.proposals].entries()) {
    if (i < kept) one.at = core.now();
    else {
      group.proposals.delete(number);
      core.emit({ kind: 'abandoned', stream: stream.name, message: one.envelope.message });
    }
  }
  const came = (number: number) => servers[number]?.disk.has(stream.name) === true;
  const nobodyRan = group.peers.every((peer) => !isUp(core, peer.server) || came(peer.server));
  if (index < lastSeq || nobodyRan) restore(core, stream.name, snapshots.get(servers[server]?.disk.get(stream.name) ?? -1));
  streamsChanged(core, stream.config.subjects);
  if (group.proposals.size > 0) arm(core, group, 'commit', 2 * core.settings.route);
  for (const name of new Set([stream.name, ...stream.config.sources.map((one) => one.name), stream.config.mirror?.name ?? stream.name])) core.later({ does: 'feed', stream: name });
  const now = core.streams.get(stream.name) ?? stream;
  hasAll(
    core,
    now,
    group.peers.filter(({ current }) => current),
  );
  forgetSnapshots(core);
  for (const consumer of now.consumers.values()) if (!core.cluster.groups.has(consumer.id)) consumerLed(core, consumer);
}
/** These servers have what the stream has: consumers that they lead can go on. */
function hasAll(core: Core, stream: Stream, peers: readonly Peer[]): void {
  const came = peers.filter(({ server }) => core.cluster.servers[server]?.disk.delete(stream.name));
  for (const consumer of stream.consumers.values()) if (came.some(({ server }) => server === core.cluster.groups.get(consumer.id)?.leader)) consumerLed(core, consumer);
}
/** A consumer begins to be served, where its leader has what it needs. Pull requests that waited at the one before are known to all: they end now. */
function consumerLed(core: Core, consumer: Consumer): void {
  if (!isServed(core, consumer)) return;
  endRequests(core, consumer);
  revive(core, core.stream(consumer), consumer, 1);
  core.signal(consumer);
}
function tell(core: Core, group: Group): void {
  const stream = core.streamById(group.id);
  const consumer = core.consumers.get(group.id);
  if (group.id === META) core.emit({ kind: 'leader', stream: '', consumer: '', server: group.leader });
  else if (stream !== undefined) core.emit({ kind: 'leader', stream: stream.name, consumer: '', server: group.leader });
  else if (consumer !== undefined) core.emit({ kind: 'leader', stream: consumer.stream, consumer: consumer.name, server: group.leader });
}
