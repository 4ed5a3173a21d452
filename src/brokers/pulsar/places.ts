/** Where everything is in the document: nodes of topics, settings and ends of links by client. */
import type { Topology } from '../contract.ts';
import type { TopicPlan } from './server.ts';
import type { Geography } from './teller.ts';
import type { ClientState } from './traffic.ts';

export type Config = Readonly<Record<string, unknown>>;
export interface TopicNode extends TopicPlan {
  readonly node: string;
  readonly name: string;
}
const NOTHING: Config = {};

function topicsOf({ nodes }: Topology): readonly TopicNode[] {
  return nodes.flatMap(({ id, kind, config = {} }): TopicNode[] => {
    if (kind !== 'pulsar.topic') return [];
    const { name, partitions, persistence } = config;
    return [{ node: id, name: typeof name === 'string' && name !== '' ? name : id, partitions: typeof partitions === 'number' ? partitions : 0, persistent: persistence !== 'non-persistent' }];
  });
}
/** Two nodes of one name are one topic, which is the first one's: it is shown there, and goes with it. */
const ownTopics = (topics: readonly TopicNode[]): readonly TopicNode[] => topics.filter((t, i) => topics.findIndex(({ name }) => name === t.name) === i);

export class Places implements Geography {
  readonly cluster: string;
  topics: readonly TopicNode[] = [];
  private topology: Topology;
  private links = new Map<string, Topology['links'][number]>();
  private byName = new Map<string, string>();
  private byNode = new Map<string, TopicNode>();
  private nodes = new Map<string, string>();
  private addresses = new Map<string, string>();
  constructor(topology: Topology) {
    this.cluster = topology.cluster.id;
    this.topology = topology;
    this.know(topology);
  }
  know(topology: Topology): void {
    this.topology = topology;
    this.links = new Map(topology.links.map((l) => [l.id, l]));
    const topics = topicsOf(topology);
    this.topics = ownTopics(topics);
    this.byName = new Map(this.topics.map(({ name, node }) => [name, node]));
    this.byNode = new Map(topics.map((t) => [t.node, t]));
    this.nodes.clear();
    this.addresses.clear();
  }
  /** Topics that another document no longer has, or has at another node. */
  without(topology: Topology): readonly TopicNode[] {
    const after = ownTopics(topicsOf(topology));
    return this.topics.filter(({ name, node }) => !after.some((one) => one.name === name && one.node === node));
  }
  config(): Config {
    return this.topology.cluster.config ?? NOTHING;
  }
  configOf({ link }: ClientState): Config {
    return this.links.get(link)?.config ?? NOTHING;
  }
  link(id: string): Topology['links'][number] | undefined {
    return this.links.get(id);
  }
  /** The name of the topic at the broker's end of a link. */
  topicOf({ link, kind }: ClientState): string {
    const ends = this.links.get(link);
    const node = (kind === 'publish' ? ends?.to : ends?.from) ?? '';
    return this.byNode.get(node)?.name ?? node;
  }
  node(partition: string): string {
    let node = this.nodes.get(partition);
    if (node === undefined) {
      const topic = partition.replace(/-partition-\d+$/, '');
      this.nodes.set(partition, (node = this.byName.get(partition) ?? this.byName.get(topic) ?? topic));
    }
    return node;
  }
  place(partition: string, subscription: string): string {
    const key = `${partition} ${subscription}`;
    let address = this.addresses.get(key);
    if (address === undefined) this.addresses.set(key, (address = `${this.node(partition)}#${subscription}`));
    return address;
  }
  lane(partition: string): number {
    return Number(/-partition-(\d+)$/.exec(partition)?.[1] ?? 0);
  }
  client(session: string): string {
    return session.slice(0, session.indexOf(' '));
  }
}
