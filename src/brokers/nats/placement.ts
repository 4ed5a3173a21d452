import { type ClusterState, type Group, META, type Peer } from './cluster-model.ts';
import type { Core } from './core.ts';
import { type ApiError, errors } from './errors.ts';
import type { Consumer, Stream } from './model.ts';
import { arm, awaitCatchUp, hasMajority, isUp } from './raft.ts';

/** Which servers of a cluster keep a stream and its consumers. */

/** Of one server there is no cluster: then there are no groups. */
export function newCluster(servers: number): ClusterState {
  const cluster: ClusterState = { servers: Array.from({ length: servers }, () => ({ up: true, goneAt: 0, synced: new Map(), disk: new Map() })), groups: new Map(), snapshots: new Map(), nextSnapshot: 0 };
  if (servers > 1)
    newGroup(
      cluster,
      META,
      cluster.servers.map((_, i) => i),
      0,
      0,
    );
  return cluster;
}
const peerOf = (server: number, current: boolean): Peer => ({ server, current, term: 0, index: 0 });
function newGroup(cluster: ClusterState, id: number, servers: readonly number[], leader: number, now: number): Group {
  const group: Group = { id, peers: servers.map((server) => peerOf(server, true)), leader, term: 1, ledSince: now, heardAt: now, proposals: new Map(), proposed: 0, ids: new Set(), candidate: -1, timers: { vote: -1, quorum: -1, catchup: -1, commit: -1 } };
  cluster.groups.set(id, group);
  return group;
}
export const isClustered = ({ cluster }: Core): boolean => cluster.servers.length > 1;

/** Nobody decides on streams and consumers while the meta group has no leader. */
export const leaderless = ({ cluster }: Core): ApiError | null => ((cluster.groups.get(META)?.leader ?? 0) < 0 ? errors.clusterNotAvailable() : null);

/** µs: a server that was not heard of for so long counts as offline. Until then nobody knows that it is gone. */
const ORPHANED = 150_000_000;

/** The servers with the fewest streams, those that are gone last, or the refusal when too few are there; for 2.14 a majority is enough. @param but those that have it already */
function choose(core: Core, count: number, but: readonly number[] = []): readonly number[] | ApiError {
  const { cluster } = core;
  const majority = core.since('2.14.5');
  const load = (server: number) => [...core.streams.values()].filter(({ id }) => cluster.groups.get(id)?.peers.some((peer) => peer.server === server) === true).length;
  const isOffline = (server: number) => cluster.servers[server]?.up === false && core.now() - (cluster.servers[server]?.goneAt ?? 0) > ORPHANED;
  const free = cluster.servers.flatMap(({ up }, server) => (but.includes(server) || (!majority && isOffline(server)) ? [] : [{ server, up, load: load(server) }]));
  const tooFew = majority && free.filter(({ server }) => !isOffline(server)).length + but.length < Math.floor((count + but.length) / 2) + 1;
  const offline = majority ? free.length >= count : cluster.servers.some((_, server) => isOffline(server));
  if (free.length < count || tooFew) return errors.clusterNoPeers(`no suitable peers for placement${offline ? ', peer offline' : ''}`);
  return free
    .sort((a, b) => Number(b.up) - Number(a.up) || a.load - b.load || a.server - b.server)
    .slice(0, count)
    .map(({ server }) => server);
}
/** Can a stream have so many replicas here? */
export function replicasProblem(core: Core, replicas: number, stream?: Stream): ApiError | null {
  if (!isClustered(core)) return replicas > 1 ? errors.replicasNotSupported() : null;
  const has = stream === undefined ? [] : (core.cluster.groups.get(stream.id)?.peers.map(({ server }) => server) ?? []);
  const answer = choose(core, Math.max(0, replicas - has.length), has);
  return 'refused' in answer ? answer : null;
}
/** The first of its servers leads a new stream. One that is away will catch up. */
export function placeStream(core: Core, { id, config }: Stream): void {
  if (!isClustered(core)) return;
  const servers = choose(core, config.num_replicas);
  if ('refused' in servers) return;
  const group = newGroup(core.cluster, id, servers, servers[0] ?? -1, core.now());
  for (const peer of group.peers) peer.current = isUp(core, peer.server);
}
/** A consumer lies where its stream lies; any of them may lead it. */
export function placeConsumer(core: Core, stream: Stream, consumer: Consumer): void {
  const peers = core.cluster.groups.get(stream.id)?.peers ?? [];
  if (peers.length < 2) return;
  const there = peers.filter(({ server }) => isUp(core, server));
  const servers = peers.map(({ server }) => server);
  const group = newGroup(core.cluster, consumer.id, servers, -1, core.now());
  for (const peer of group.peers) peer.current = isUp(core, peer.server);
  if (hasMajority(core, group)) group.leader = there[core.pick(there.length)]?.server ?? -1;
  awaitCatchUp(core, group);
}
/** Another number of replicas: new servers catch up, and the leader is kept. */
export function rescale(core: Core, stream: Stream): void {
  const group = core.cluster.groups.get(stream.id);
  const { num_replicas: replicas } = stream.config;
  if (group === undefined || group.peers.length === replicas) return;
  const has = group.peers.map(({ server }) => server);
  const more = choose(core, Math.max(0, replicas - has.length), has);
  if ('refused' in more) return;
  const ordered = [...group.peers].sort((a, b) => Number(b.server === group.leader) - Number(a.server === group.leader));
  group.peers = [...ordered.slice(0, replicas), ...more.map((server) => peerOf(server, false))];
  awaitCatchUp(core, group);
  arm(core, group, 'commit', 0);
  for (const consumer of stream.consumers.values()) {
    core.cluster.groups.delete(consumer.id);
    placeConsumer(core, stream, consumer);
  }
}
export function forgetGroup({ cluster }: Core, id: number): void {
  cluster.groups.delete(id);
}
