/** What the engine is measured with: the same work through different brokers. */
import { orderProcessing } from '../src/gallery/order-processing.ts';
import { rideMatching } from '../src/gallery/ride-matching.ts';
import type { Scenario, ScenarioLink, ScenarioNode } from '../src/scenario/document.ts';

export interface Topology {
  readonly broker: string;
  /** A gallery scenario at such a rate, a second, with consumers that keep up. */
  busy(rate: number): Scenario;
  /** One queue or topic in which so many wait, and one more a second `rate` times. */
  deep(waiting: number, rate: number): Scenario;
}
type Config = Readonly<Record<string, unknown>>;
const open = ({ duration: _, ...doc }: Scenario): Scenario => ({ ...doc, timeline: [], invariants: [] });
const withConfig = <Part extends ScenarioNode | ScenarioLink>(parts: readonly Part[], kind: string, config: Config): Part[] => parts.map((part) => (part.kind === kind ? { ...part, config: { ...part.config, ...config } } : part));
function deep(nodes: readonly ScenarioNode[], to: string, consume: Config, waiting: number, rate: number): Scenario {
  return {
    version: 1,
    title: 'deep',
    seed: 1,
    nodes: [{ id: 'p', kind: 'producer', config: { rate, keys: { count: 64 } } }, ...nodes, { id: 'c', kind: 'consumer', config: { instances: 2, concurrency: 100, serviceTime: '100ms' } }],
    links: [
      { id: 'in', kind: 'publish', from: 'p', to },
      { id: 'out', kind: 'consume', from: to, to: 'c', config: consume },
    ],
    timeline: [{ at: '1s', by: 'author', do: 'burst', on: 'p', with: { count: waiting } }],
  };
}

const rabbitmq: Topology = {
  broker: 'rabbitmq',
  busy(rate) {
    const { nodes, links, ...doc } = open(orderProcessing);
    const slots = Math.ceil(rate / 5);
    return { ...doc, nodes: withConfig(withConfig(nodes, 'producer', { rate }), 'consumer', { instances: 2, concurrency: slots, failures: { rate: 0.02 } }), links: withConfig(links, 'consume', { prefetch: slots * 2 }) };
  },
  deep: (waiting, rate) =>
    deep(
      [
        { id: 'r', kind: 'rabbitmq.cluster' },
        { id: 'q', kind: 'rabbitmq.queue', parent: 'r' },
      ],
      'q',
      { prefetch: 150 },
      waiting,
      rate,
    ),
};
const kafka: Topology = {
  broker: 'kafka',
  busy(rate) {
    const { nodes, links, ...doc } = open(rideMatching);
    // Even keys: with a hot region most of the consumers would have nothing to do.
    return { ...doc, nodes: withConfig(withConfig(nodes, 'producer', { rate: rate / 2, keys: { count: 480, skew: 0 } }), 'consumer', { instances: 6, serviceTime: `${Math.floor(2e6 / rate)}us` }), links: withConfig(links, 'consume', { 'max.poll.records': 500 }) };
  },
  deep: (waiting, rate) =>
    deep(
      [
        { id: 'k', kind: 'kafka.cluster', config: { 'group.initial.rebalance.delay.ms': 0 } },
        { id: 't', kind: 'kafka.topic', parent: 'k', config: { partitions: 12 } },
      ],
      't',
      { 'group.id': 'g', 'auto.offset.reset': 'earliest' },
      waiting,
      rate,
    ),
};
export const topologies: readonly Topology[] = [rabbitmq, kafka];
