/** What a room tells about itself, as data: the palette, the inspector, the wiring rules and the checker's words come from here. */
import type { Scenario } from './document.ts';
import type { Fields } from './fields.ts';

/** What a palette and a check need to know of a kind: who makes messages, who works on them, and what lies between. */
export type Family = 'producer' | 'consumer' | 'router' | 'queue' | 'cluster';
/** How a node is drawn, from its settings and its wires alone: its size never depends on what flows. */
export interface Shape {
  readonly lanes: number;
  /** Width of the labels at the left of its lanes, canvas units; 0 = none. */
  readonly labels: number;
  readonly width: number;
  /** Room at the right end of each lane for a few words. */
  readonly ends?: number;
}
/** One end of a wire: a node, as far as wiring rules look at it. */
export interface End {
  readonly kind: string;
  readonly id: string;
  readonly parent?: string | undefined;
  readonly config?: Readonly<Record<string, unknown>> | undefined;
}

export interface NodeDescriptor {
  readonly kind: string;
  /** Name in the palette: "Queue". */
  readonly title: string;
  readonly about: string;
  readonly family: Family;
  /** Families whose wires fit it besides its own: a bridge reads like a consumer and publishes like a producer. */
  readonly plays?: readonly Family[];
  readonly fields: Fields;
  /** Kinds of container it may lie in; absent = lies on the canvas itself. */
  readonly parents?: readonly string[];
  readonly container?: boolean;
  /** A stem for new ids: "queue" gives queue-1. */
  readonly stem: string;
  readonly doc?: string;
  /** Right-aligned words in the node's header, from its settings. */
  readonly badge: (config: Readonly<Record<string, unknown>>) => string;
  /** Absent: one lane for what waits, none for a router. `readers`: instances of the clients that it is wired to. */
  readonly shape?: (config: Readonly<Record<string, unknown>>, readers: number) => Shape;
  /** Names of actions (see ActionDescriptor) that can be done to it now. */
  readonly actions: readonly string[];
  /** Messages a second that it may bring into the system at its peak; absent = none. */
  readonly load?: (config: Readonly<Record<string, unknown>>) => number;
}
export interface LinkDescriptor {
  readonly kind: string;
  readonly title: string;
  readonly about: string;
  /** Kinds at its ends, or the families 'producer' and 'consumer' for every client that is wired like one. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly fields: Fields;
  /** Words on the wire, from its settings. */
  readonly label: (config: Readonly<Record<string, unknown>>) => string;
  /** Words for a list of wires; the label where absent. */
  readonly brief?: (config: Readonly<Record<string, unknown>>) => string;
  /** Two nodes may be wired more than once (bindings with several keys). */
  readonly many?: boolean;
  /** Its ends may lie in different clusters. */
  readonly across?: boolean;
  /** Settings of a wire that is drawn anew, where the defaults would do nothing there. */
  readonly begins?: (from: End, to: End) => Readonly<Record<string, unknown>> | undefined;
  /** Names of actions that can be done to it now. */
  readonly actions?: readonly string[];
  /** The sentence that says why these two may not be wired although their kinds fit. */
  readonly refuses?: (from: End, to: End) => string | undefined;
}
/** Why no wire leads from one kind to another. A kind of '*' means any; the first that fits speaks. */
export interface WhyNot {
  readonly from: string;
  readonly to: string;
  readonly says: string;
}
/** Something that the real thing accepts although it is probably wrong, or that it will refuse while it runs. */
export interface Doubt {
  /** Id of the node or link. */
  readonly on: string;
  readonly says: string;
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
  /** What `on` names: an instance ("pay/2", or "pay" for all of them), the node, a broker's node ("rabbit/node-2"), or a link. */
  readonly per: 'instance' | 'node' | 'broker-node' | 'link';
  /** A link that lists the action may be named as well. */
  readonly orLink?: boolean;
  readonly fields: Fields;
  /** The action that undoes it, if any ("restart" for "crash"); a chart shades what lies between. */
  readonly undoneBy?: string;
  readonly tone: 'bad' | 'ok' | 'note';
}
export interface CheckDescriptor {
  readonly name: string;
  /** What one finding of it is called, after a number: "3 out of order". */
  readonly found: string;
  readonly title: string;
  readonly about: string;
  readonly fields: Fields;
  /** What `on` may name: any node, those of one family, or a place where messages rest or pass (a broker's node). */
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
  /** Its clusters can be linked with each other: one room holds them all. */
  readonly joint?: boolean;
  readonly nodes: readonly NodeDescriptor[];
  readonly links: readonly LinkDescriptor[];
  readonly derived: readonly DerivedWire[];
  readonly whyNot?: readonly WhyNot[];
  /** Warnings about a document whose every setting is legal by itself. */
  readonly doubts?: (doc: Scenario) => readonly Doubt[];
  readonly actions: readonly ActionDescriptor[];
  readonly reasons: Readonly<Record<string, Words>>;
  /** By check and reason ("order clients.written_late"), by check and kind of node ("effect-once bridge"), or by check: looked at in this order. */
  readonly remedies: Readonly<Record<string, Remedy>>;
  /** What the model leaves out or makes simpler, one sentence each. */
  readonly simplifications: readonly string[];
}
/** A statement about the real broker that its model keeps to. */
export interface Rule {
  readonly name: string;
  readonly says: string;
  /** The page, or the place in the broker's own source, that states it. */
  readonly source: string;
  /** Versions from and up to which it holds; absent = all that are modelled. */
  readonly since?: string;
  readonly until?: string;
  /** Conformance cases in which a real broker was recorded doing it. */
  readonly recorded?: readonly string[];
}
/** By number: "K12". */
export type Rules = Readonly<Record<string, Rule>>;
/** Everything the document, the palette and the command line know; assembled in `catalog.ts`. */
export interface Catalog {
  readonly rooms: readonly RoomDescriptor[];
  readonly checks: readonly CheckDescriptor[];
  node(kind: string): NodeDescriptor | undefined;
  action(name: string): ActionDescriptor | undefined;
  /** The kind of link that may lead from one node to the other, or the sentence that says why none may. */
  wire(from: End, to: End): LinkDescriptor | string;
  /** What describes a link: its schema comes from the room at the broker's end, so that "publish" is each broker's own. */
  link(link: { readonly kind: string; readonly from: string; readonly to: string }, nodes: readonly End[]): LinkDescriptor | undefined;
}
