import type { JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import { type Talk, TOPIC } from './operations.ts';

const NODES = [0, 1, 2];
/** Real time, ms, after which everybody agrees on what became of a node: a session that ends, replicas that catch up. */
const CALM: Readonly<Record<string, number>> = { kill: 16_000, shutDown: 4_000, start: 9_000, stall: 18_000, resume: 9_000 };
const PRODUCER = 'i';
/** Replicas of a partition: every partition of a topic has as many. */
const ORDERS = [
  [
    [0, 1, 2],
    [1, 2, 0],
    [2, 0, 1],
  ],
  [
    [0, 1],
    [2, 1],
  ],
  [[1], [2]],
];

/** A cluster of three whose nodes die, stand still and come back, one at a time: two of the three must be there to elect. */
export function cluster(d: Dice): Talk {
  let away: { readonly node: number; readonly how: string } | null = null;
  let made = 0;
  const there = () => NODES.filter((node) => node !== away?.node);
  const orders = d.pick(ORDERS);
  const replicas = [d.pick(orders), d.pick(orders)];
  const partition = () => d.below(replicas.length);
  const at = (): JsonObject => ({ topic: TOPIC, partition: partition() });
  const produce = (): Operation => ({ op: 'produce', ...at(), value: `m${++made}`, acks: d.pick([-1, -1, 1]), timeoutMs: 1500, ...(d.chance(0.3) ? { producer: PRODUCER } : {}) });
  const moves = (): Operation => {
    if (away !== null) return { op: away.how === 'stall' ? d.pick(['resume', 'resume', 'kill']) : 'start', node: away.node };
    return { op: d.pick(['kill', 'shutDown', 'stall']), node: d.pick(NODES) };
  };
  const elsewhere = (): Operation => ({ ...produce(), node: d.pick(there()) });
  const fetches = (): Operation => ({ op: 'fetch', ...at(), from: d.below(4), ...(d.chance(0.4) ? { node: d.pick(there()) } : {}), ...(d.chance(0.4) ? { rack: d.pick(['a', 'b']) } : {}) });
  const asked = (): Operation => {
    const one = at();
    const node = d.pick((replicas[Number(one['partition'])] ?? []).filter((other) => there().includes(other)));
    return node === undefined ? { op: 'describe', ...one } : { op: 'logEnd', ...one, node };
  };
  return {
    nodes: NODES.length,
    topic: { replicas },
    config: { 'min.insync.replicas': d.pick(['1', '2', '2', '3']), ...(d.chance(0.3) ? { 'unclean.leader.election.enable': 'true' } : {}) },
    setup: [
      { op: 'initProducer', producer: PRODUCER },
      { op: 'advance', ms: 1_000 },
    ],
    makes: [produce, produce, produce, elsewhere, moves, moves, moves, asked, asked, fetches, () => ({ op: 'describe', ...at() }), () => ({ op: 'describe', ...at() }), () => ({ op: 'listOffsets', ...at(), at: 'latest' })],
    calm: CALM,
    heard({ op, node }) {
      if (op === 'start' || op === 'resume') away = null;
      else if (op in CALM) away = { node: Number(node), how: op };
    },
  };
}
