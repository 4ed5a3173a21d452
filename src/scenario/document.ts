/** THE document: the shape of a scenario, as it is saved, shared and replayed. Checked by `parse.ts`. */
export interface ScenarioNode {
  readonly id: string;
  readonly kind: string;
  readonly title?: string;
  readonly parent?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}
export interface ScenarioLink {
  readonly id: string;
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly config?: Readonly<Record<string, unknown>>;
}
export interface TimelineEntry {
  readonly at: string;
  readonly by: 'author' | 'live';
  readonly do: string;
  readonly on: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
export interface Invariant {
  readonly check: string;
  readonly on?: string;
  readonly [parameter: string]: unknown;
}
export interface Scenario {
  readonly version: 1;
  readonly title: string;
  readonly description?: string;
  readonly seed: number;
  readonly duration?: string;
  readonly drain?: string;
  readonly speed?: number;
  readonly nodes: readonly ScenarioNode[];
  readonly links: readonly ScenarioLink[];
  readonly timeline?: readonly TimelineEntry[];
  readonly invariants?: readonly Invariant[];
  readonly layout?: Readonly<Record<string, readonly number[]>>;
}
/** Something wrong with a document: where, and what. */
export interface Problem {
  readonly path: string;
  readonly says: string;
}
/** The node that an address lies in: "pay" of "pay/2", "orders" of "orders/0", of "orders@billing" (a group) and of "orders#billing" (a subscription). */
export function nodeOf(address: string): string {
  return /^[^/@#]*/.exec(address)?.[0] ?? address;
}
/** The name of an address for people: a node's title, and the group or the subscription that reads there. */
export function titleOf(doc: Pick<Scenario, 'nodes'>, address: string): string {
  const node = nodeOf(address);
  const title = doc.nodes.find((n) => n.id === node)?.title ?? node;
  const reader = /[@#]/.exec(address);
  return reader === null ? (node === address ? title : address) : `${title} (${reader[0] === '@' ? 'group' : 'subscription'} ${address.slice(reader.index + 1)})`;
}
/** The room that a kind belongs to: "rabbitmq" of "rabbitmq.queue". */
export function familyOf(kind: string): string {
  return kind.split('.')[0] as string;
}
/** What a node belongs to: its cluster, or all of one family that needs none. */
export function roomOf(doc: Pick<Scenario, 'nodes'>, id: string): string {
  const node = doc.nodes.find((n) => n.id === id);
  return node === undefined ? id : (node.parent ?? (node.kind.endsWith('.cluster') ? id : familyOf(node.kind)));
}
