/** The picture of a server's places, read from the server itself. */
import { spanText } from '../../base/time.ts';
import type { Depth, Look, LookCell } from '../contract.ts';
import { awaiting, awaitingCount } from './awaiting.ts';
import { META } from './cluster-model.ts';
import type { Known, Ledger } from './ledger.ts';
import type { Onward } from './onward.ts';
import type { Consumer, Stream } from './model.ts';
import type { ConsumerPlan, Plan } from './plan.ts';
import type { NatsServer } from './server.ts';
import type { Traffic } from './traffic.ts';

type Gauge = Look['gauges'][number] & { readonly of?: string };
/** What there is to look at. */
export interface View {
  readonly server: NatsServer;
  readonly ledger: Ledger;
  readonly plan: Plan;
  readonly down: string | null;
  readonly cluster: string;
}
interface Found {
  readonly stream: Stream;
  readonly consumer: Consumer;
}
function find(server: NatsServer, { stream: name, name: one }: ConsumerPlan): Found | undefined {
  const stream = server.stream(name);
  const consumer = stream?.consumers.get(one);
  return stream !== undefined && consumer !== undefined ? { stream, consumer } : undefined;
}
/** Consumers with what waits and what is out; two nodes of one name are one consumer, shown at the first. */
export function depthsOf(server: NatsServer, plan: Plan, traffic: Traffic, onward: Onward, now: number, leaf: { readonly place: string; readonly inFlight: number | undefined }): readonly Depth[] {
  const consumers = plan.consumers.filter((c, i) => plan.consumers.findIndex((one) => one.stream === c.stream && one.name === c.name) === i);
  const subjects = plan.subjects.map(({ node }): Depth => ({ place: node, pending: 0, inFlight: traffic.fleeting(node), oldest: -1 }));
  return [
    ...consumers.map((one): Depth => {
      const found = find(server, one);
      // Somebody may publish to its deliver subject by core NATS, too.
      const fleeting = traffic.fleeting(one.node);
      if (found === undefined) return { place: one.node, pending: 0, inFlight: fleeting, oldest: -1 };
      const [first] = awaiting(found.stream, found.consumer, 1);
      return { place: one.node, pending: awaitingCount(found.stream, found.consumer), inFlight: found.consumer.pending.size + fleeting, oldest: first === undefined ? -1 : Math.max(0, now - first.at) };
    }),
    ...subjects,
    ...plan.streams.filter(({ args }) => plan.readers.some(({ stream }) => stream === args.name)).map(({ node, args }) => onwardDepth(server, onward, node, args.name, now)),
    ...(leaf.inFlight === undefined ? [] : [{ place: leaf.place, pending: 0, inFlight: leaf.inFlight, oldest: -1 }]),
  ];
}
/** What a stream has yet to give to streams of other servers. */
function onwardDepth(server: NatsServer, onward: Onward, node: string, stream: string, now: number): Depth {
  const { waiting, first } = onward.counts(stream);
  const at = first === undefined ? undefined : server.stream(stream)?.store.messages.get(first)?.at;
  return { place: node, pending: waiting, inFlight: 0, oldest: at === undefined ? -1 : now - at };
}
export function lookAt(view: View, place: string, cells: number, now: number): Look | undefined {
  const { server, plan, cluster } = view;
  const down: Pick<Look, 'health' | 'tone'> = view.down === null ? {} : { health: view.down, tone: 'bad' };
  const stream = plan.streams.find(({ node }) => node === place);
  if (stream !== undefined) return withLeader(view, server.stream(stream.args.name), streamLook(server.stream(stream.args.name), cells), down);
  const consumer = plan.consumers.find(({ node }) => node === place);
  if (consumer !== undefined) return withLeader(view, find(server, consumer)?.consumer, consumerLook(find(server, consumer), view.ledger, place, cells, now), down);
  if (plan.subjects.some(({ node }) => node === place)) return { lanes: [], gauges: [], ...down };
  return place === cluster ? withLeader(view, { id: META }, { lanes: [], gauges: [] }, down) : undefined;
}
/** In a cluster: who leads, and how many have everything. */
function withLeader({ server }: View, what: { readonly id: number } | undefined, look: Look, down: Pick<Look, 'health' | 'tone'>): Look {
  const { groups, servers } = server.cluster;
  const group = groups.get(what?.id ?? Number.NaN);
  if (group === undefined) return { ...look, ...down };
  const current = group.peers.filter((peer) => peer.current && servers[peer.server]?.up === true).length;
  const { leader, peers } = group;
  const there = leader < 0 ? peers.filter((peer) => servers[peer.server]?.up === true).length : current;
  const few = there * 2 <= peers.length;
  const gauges: Gauge[] = [
    { name: 'leader', value: leader < 0 ? 'none' : `node-${leader + 1}`, ...(leader < 0 ? { tone: 'bad' } : {}) },
    { name: what?.id === META ? 'servers' : 'replicas', value: `${there}/${peers.length}`, ...(there < peers.length ? { tone: few ? 'bad' : 'warn' } : {}) },
  ];
  const health: Pick<Look, 'health' | 'tone'> = leader < 0 ? { health: 'no leader', tone: 'bad' } : few ? { health: 'no quorum', tone: 'bad' } : {};
  return { ...look, gauges: [...look.gauges, ...gauges], ...health, ...down };
}

/** The newest messages; limits take the others. */
function streamLook(stream: Stream | undefined, cells: number): Look {
  if (stream === undefined) return { lanes: [], gauges: [], health: 'no such stream', tone: 'bad' };
  const { store, config, consumers } = stream;
  const shown: LookCell[] = [];
  for (let seq = store.lastSeq; seq >= store.firstSeq && shown.length < cells; seq--) {
    const message = store.messages.get(seq);
    if (message !== undefined && message.message >= 0) shown.unshift({ message: message.message, copy: -1, state: 'ready', redelivered: false });
  }
  const full = config.max_msgs > 0 && store.messages.size >= config.max_msgs;
  const gauges: Gauge[] = [
    { name: 'messages', value: config.max_msgs > 0 ? `${store.messages.size}/${config.max_msgs}` : String(store.messages.size), ...(full ? { tone: 'warn' } : {}) },
    { name: 'last seq', value: String(store.lastSeq), minor: true },
    { name: 'bytes', value: String(store.bytes), minor: true },
    { name: 'consumers', value: String(consumers.size), minor: true },
  ];
  return { lanes: [{ cells: shown, more: Math.max(0, store.messages.size - shown.length) }], gauges };
}
/** What is still to be delivered, then what is out. */
function consumerLook(found: Found | undefined, ledger: Ledger, node: string, cells: number, now: number): Look {
  if (found === undefined) return { lanes: [], gauges: [], health: 'no such consumer', tone: 'bad' };
  const { stream, consumer } = found;
  // To look is not to make it known.
  const copies = ledger.consumers(stream.name).includes(consumer.name) ? ledger.of(stream.name, consumer.name) : new Map<number, Known>();
  const cell = (seq: number, state: LookCell['state']): LookCell[] => {
    const known = copies.get(seq);
    return known === undefined ? [] : [{ message: known.message, copy: known.copy, state, redelivered: known.attempts > 1 }];
  };
  const waiting = awaitingCount(stream, consumer);
  const { pending, config, redelivered } = consumer;
  const ready = awaiting(stream, consumer, cells).flatMap(({ seq }) => cell(seq, 'ready'));
  const held = [...pending.keys()].slice(0, cells - ready.length).flatMap((seq) => cell(seq, 'held'));
  const limit = config.max_ack_pending;
  const full = limit > 0 && pending.size >= limit;
  const [oldest] = awaiting(stream, consumer, 1);
  const age = oldest === undefined ? 0 : now - oldest.at;
  const gauges: Gauge[] = [
    { name: 'unprocessed', value: String(waiting), of: node },
    { name: 'ack pending', value: full ? `${pending.size}/${limit}` : String(pending.size), ...(full && waiting > 0 ? { tone: 'warn' } : {}) },
    ...(age > 1e6 ? [{ name: 'oldest', value: spanText(age), tone: age > 10e6 ? ('warn' as const) : ('ok' as const) }] : []),
    { name: 'redelivered', value: String(redelivered.size), minor: redelivered.size === 0 },
    { name: 'waiting pulls', value: String(consumer.waiting.length), minor: true },
  ];
  const paused = config.pause_until !== null && config.pause_until > now;
  const health: Pick<Look, 'health' | 'tone'> = paused ? { health: 'paused', tone: 'warn' } : full && waiting > 0 ? { health: 'max_ack_pending reached', tone: 'warn' } : {};
  return { lanes: [{ cells: [...ready, ...held], more: waiting + pending.size - ready.length - held.length }], gauges, ...health };
}
