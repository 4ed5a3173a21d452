/** The part of a document that is one cluster's, looked up by name: made anew whenever the document changes. */
import type { ScenarioNode } from '../../scenario/document.ts';
import type { Topology } from '../contract.ts';
import type { Config } from './settings.ts';

interface Link {
  readonly config: Config;
  /** Of the topic at its end; "" when none is there. */
  readonly topic: string;
}
const NOWHERE: Link = { config: {}, topic: '' };

export class Site {
  readonly topics: readonly { readonly node: ScenarioNode; readonly name: string }[];
  private readonly links = new Map<string, Link>();
  private readonly nodes = new Map<string, string>();

  constructor({ nodes, links }: Topology) {
    this.topics = nodes.filter((n) => n.kind === 'kafka.topic').map((node) => ({ node, name: nameOf(node) }));
    for (const { node, name } of this.topics) if (!this.nodes.has(name)) this.nodes.set(name, node.id);
    for (const { id, kind, from, to, config = {} } of links) {
      const end = this.topics.find(({ node }) => node.id === (kind === 'publish' ? to : from));
      this.links.set(id, { config, topic: end?.name ?? '' });
    }
  }
  config(link: string): Config {
    return (this.links.get(link) ?? NOWHERE).config;
  }
  topicOf(link: string): string {
    return (this.links.get(link) ?? NOWHERE).topic;
  }
  /** Node of a topic's name. */
  nodeOf(topic: string): string {
    return this.nodes.get(topic) ?? topic;
  }
}
export function nameOf(node: { readonly id: string; readonly config?: Config }): string {
  const name = node.config?.['name'];
  return typeof name === 'string' && name !== '' ? name : node.id;
}
