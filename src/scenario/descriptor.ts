/** What a room tells about itself, as data: the palette, the inspector, the wiring rules and the checker's words come from here. */
import type { Fields } from './fields.ts';

export interface NodeDescriptor {
  readonly kind: string;
  /** Name in the palette: "Queue". */
  readonly title: string;
  readonly about: string;
  readonly family: string;
  readonly fields: Fields;
  /** Kinds of container it may lie in; absent = lies on the canvas itself. */
  readonly parents?: readonly string[];
  readonly container?: boolean;
  /** A stem for new ids: "queue" gives queue-1. */
  readonly stem: string;
  readonly doc?: string;
  /** Right-aligned words in the node's header, from its settings. */
  readonly badge: (config: Readonly<Record<string, unknown>>) => string;
  /** Names of actions (see ActionDescriptor) that can be done to it now. */
  readonly actions: readonly string[];
}
export interface LinkDescriptor {
  readonly kind: string;
  readonly title: string;
  readonly about: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly fields: Fields;
  /** Words on the wire, from its settings. */
  readonly label: (config: Readonly<Record<string, unknown>>) => string;
}
/** A wire that is drawn because a setting names another node (a dead-letter exchange, an alternate exchange). */
export interface DerivedWire {
  readonly kind: string;
  readonly from: string;
  readonly field: string;
  readonly to: string;
  readonly title: string;
}
/** Something that a person does or a fault injects: a timeline entry's `do`. */
export interface ActionDescriptor {
  readonly name: string;
  /** Words on the button, `{on}` is replaced by the address: "Crash {on}". */
  readonly title: string;
  readonly about: string;
  /** What `on` names: each instance of a node, the node, or a link. */
  readonly per: 'instance' | 'node' | 'broker-node' | 'link';
  readonly fields: Fields;
  /** The action that undoes it, if any ("restart" for "crash"); a chart shades what lies between. */
  readonly undoneBy?: string;
  readonly tone: 'bad' | 'ok' | 'note';
}
export interface CheckDescriptor {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly fields: Fields;
  /** Kinds of node that `on` may name. */
  readonly on: 'anything' | 'consumer' | 'producer' | 'place';
}
export interface Words {
  readonly says: string;
  readonly rule?: string;
}
export interface Remedy {
  readonly says: string;
  /** An edit that applies it: the setting and its value, on the node that the finding names. */
  readonly edit?: { readonly field: string; readonly value: unknown };
}
export interface RoomDescriptor {
  /** rabbitmq, clients … */
  readonly id: string;
  readonly title: string;
  readonly doc?: string;
  readonly versions?: string;
  readonly nodes: readonly NodeDescriptor[];
  readonly links: readonly LinkDescriptor[];
  readonly derived: readonly DerivedWire[];
  readonly actions: readonly ActionDescriptor[];
  readonly reasons: Readonly<Record<string, Words>>;
  readonly remedies: Readonly<Record<string, Remedy>>;
  /** What the model leaves out or makes simpler, one sentence each. */
  readonly simplifications: readonly string[];
}
/** Everything the document, the palette and the command line know; assembled in `catalog.ts`. */
export interface Catalog {
  readonly rooms: readonly RoomDescriptor[];
  readonly checks: readonly CheckDescriptor[];
  node(kind: string): NodeDescriptor | undefined;
  action(name: string): ActionDescriptor | undefined;
  /** The kind of link that may lead from one node to the other, or the sentence that says why none may. */
  wire(from: { readonly kind: string; readonly id: string; readonly parent?: string | undefined }, to: { readonly kind: string; readonly id: string; readonly parent?: string | undefined }): LinkDescriptor | string;
  link(kind: string): LinkDescriptor | undefined;
}
