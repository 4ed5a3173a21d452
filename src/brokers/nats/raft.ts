import type { Core } from './core.ts';
import type { Group, GroupTimer, Peer } from './cluster-model.ts';

/** Elections: who leads a group, and until when. https://github.com/nats-io/nats-server/blob/v2.10.27/server/raft.go */

/** µs. A follower that hears nothing stands for election after a time between these, drawn anew each time. */
const MIN_ELECTION_TIMEOUT = 4_000_000;
const MAX_ELECTION_TIMEOUT = 9_000_000;
const HEARTBEAT = 1_000_000;
/** µs without a majority after which a leader steps down, at one of its checks. */
const LOST_QUORUM = 10_000_000;

export const isUp = (core: Core, server: number): boolean => core.cluster.servers[server]?.up === true;
const most = (count: number, { peers }: Group): boolean => count * 2 > peers.length;
/** Alive, caught up or not: they vote. */
const alive = (core: Core, group: Group): Peer[] => group.peers.filter(({ server }) => isUp(core, server));
/** Do enough of them have what the leader sends? */
export const hasQuorum = (core: Core, group: Group): boolean => most(alive(core, group).filter(({ current }) => current).length, group);
export const hasMajority = (core: Core, group: Group): boolean => most(alive(core, group).length, group);

export function arm(core: Core, group: Group, timer: GroupTimer, delay: number): void {
  group.timers[timer] = core.now() + delay;
  core.host.after(delay, timer, group.id);
}
/** µs until the leader's next heartbeat has been answered. */
const heartbeat = (core: Core, group: Group): number => HEARTBEAT - ((core.now() - group.ledSince) % HEARTBEAT) + 2 * core.settings.route;

const timeout = (core: Core): number => MIN_ELECTION_TIMEOUT + core.pick(MAX_ELECTION_TIMEOUT - MIN_ELECTION_TIMEOUT);
/**
 * Nobody leads: those that are left wait for their election timeouts, counted from when they heard of the leader last.
 * @param back has just started, or gone: the timeouts of the others run already
 */
export function awaitElection(core: Core, group: Group, heard: number, back = -1): void {
  const there = alive(core, group);
  group.timers.vote = -1;
  if (!most(there.length, group)) return;
  const draws = there.map(({ server }) => ({ server, at: heard + (back < 0 || server === back ? timeout(core) : core.pick(MAX_ELECTION_TIMEOUT)) }));
  const first = draws.reduce((one, other) => (other.at < one.at ? other : one));
  group.candidate = first.server;
  arm(core, group, 'vote', Math.max(first.at - core.now(), 0));
}
/** One more that may stand, while the others wait for their timeouts. */
export function joinElection(core: Core, group: Group, server: number): void {
  const delay = timeout(core);
  if (core.now() + delay >= group.timers.vote) return;
  group.candidate = server;
  arm(core, group, 'vote', delay);
}
/** µs when a group heard of its leader last. */
export const heardOf = (core: Core, { ledSince, heardAt }: Group): number => Math.max(heardAt, core.now() - ((core.now() - ledSince) % HEARTBEAT));

/** Do enough follow the one that stands? @param at where each peer's log ends @returns the winner, or undefined when too few would follow the candidate */
export function election(core: Core, group: Group, at: (peer: Peer) => { readonly term: number; readonly index: number }): Peer | undefined {
  const candidate = group.peers.find(({ server }) => server === group.candidate);
  if (candidate === undefined || !isUp(core, candidate.server)) return undefined;
  const own = at(candidate);
  const votes = alive(core, group).filter((peer) => {
    const other = at(peer);
    return other.term < own.term || (other.term === own.term && other.index <= own.index);
  });
  return most(votes.length, group) ? candidate : undefined;
}
/** Watches for a leader without a majority; it is checked every ten seconds since the election. */
export function watchQuorum(core: Core, group: Group): void {
  if (group.leader < 0 || hasMajority(core, group) || group.timers.quorum >= 0) return;
  const least = core.now() + LOST_QUORUM;
  const checks = Math.ceil((least - group.ledSince) / LOST_QUORUM);
  arm(core, group, 'quorum', group.ledSince + checks * LOST_QUORUM - core.now());
}
/** Who was away has what it missed after the leader's next heartbeat. */
export function awaitCatchUp(core: Core, group: Group): void {
  if (group.leader >= 0 && group.timers.catchup < 0 && alive(core, group).some(({ current }) => !current)) arm(core, group, 'catchup', heartbeat(core, group));
}
/** @returns whether somebody has caught up */
export function caughtUp(core: Core, group: Group): Peer[] {
  const behind = alive(core, group).filter(({ current }) => !current);
  for (const peer of behind) peer.current = true;
  return behind;
}
