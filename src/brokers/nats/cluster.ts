import type { Group, Peer } from './cluster-model.ts';
import type { Core } from './core.ts';
import type { Stream } from './model.ts';
import { awaitCatchUp, awaitElection, hasMajority, heardOf, joinElection, watchQuorum } from './raft.ts';
import { lead, leaderLost, logOf } from './replication.ts';
import { forgetSnapshots, nothing, snapshot } from './snapshots.ts';

/** Servers of a cluster go and come back. */

/** A server is gone at once. @param power what it had not synced is gone, too */
export function stopServer(core: Core, number: number, power: boolean): void {
  const server = core.cluster.servers[number];
  if (server?.up !== true) return;
  for (const group of core.cluster.groups.values()) {
    const stream = core.streamById(group.id);
    const peer = group.peers.find((one) => one.server === number);
    if (peer === undefined) continue;
    const { term, index } = logOf(core, group, peer);
    Object.assign(peer, { term, index, current: false });
    if (stream !== undefined) leaveOnDisk(core, stream, number, peer, power);
  }
  server.up = false;
  server.goneAt = core.now();
  core.emit({ kind: 'server', server: number, up: false });
  for (const group of [...core.cluster.groups.values()]) {
    if (group.leader === number) leaderLost(core, group, heardOf(core, group));
    else if (group.timers.vote >= 0 && group.candidate === number) awaitElection(core, group, core.now(), number);
    else watchQuorum(core, group);
  }
  forgetSnapshots(core);
}
/** What it will come back with: all it had, what was synced, or nothing. */
function leaveOnDisk(core: Core, stream: Stream, number: number, peer: Peer, power: boolean): void {
  const server = core.cluster.servers[number];
  if (server === undefined) return;
  const memory = stream.config.storage === 'memory';
  if (memory || power) {
    const left = (memory ? undefined : server.synced.get(stream.name)) ?? nothing(core);
    server.disk.set(stream.name, left);
    const { term = 0, index = 0 } = core.cluster.snapshots.get(left) ?? {};
    Object.assign(peer, { term, index });
  } else if (!server.disk.has(stream.name)) server.disk.set(stream.name, snapshot(core, stream));
}

export function startServer(core: Core, number: number): void {
  const server = core.cluster.servers[number];
  if (server === undefined || server.up) return;
  server.up = true;
  core.emit({ kind: 'server', server: number, up: true });
  for (const group of [...core.cluster.groups.values()]) if (group.peers.some((peer) => peer.server === number)) isBack(core, group, number);
}
function isBack(core: Core, group: Group, number: number): void {
  const [only] = group.peers;
  if (group.peers.length === 1 && only !== undefined) return lead(core, group, only);
  if (group.leader < 0) {
    if (group.timers.vote < 0) awaitElection(core, group, core.now(), number);
    else joinElection(core, group, number);
    return;
  }
  if (hasMajority(core, group)) group.timers.quorum = -1;
  awaitCatchUp(core, group);
}

/** Files are synced: what lies there now outlives a loss of power. */
export function syncServers(core: Core): void {
  for (const server of core.cluster.servers) for (const name of [...server.synced.keys()]) if (!core.streams.has(name)) server.synced.delete(name);
  for (const stream of core.streams.values()) {
    const group = core.cluster.groups.get(stream.id);
    if (group === undefined || stream.config.storage === 'memory') continue;
    let number = -1;
    for (const { server: at } of group.peers) {
      const server = core.cluster.servers[at];
      if (server?.up !== true || server.disk.has(stream.name)) continue;
      if (number < 0) number = snapshot(core, stream);
      server.synced.set(stream.name, number);
    }
  }
  forgetSnapshots(core);
}
