/** Which clients there are: how each is made of a node, and made to fit when the node changes. */
import type { Client } from '../clients/client.ts';
import { Consumer } from '../clients/consumer.ts';
import type { ClientHost } from '../clients/host.ts';
import { Producer } from '../clients/producer.ts';
import type { ScenarioNode } from '../scenario/document.ts';
import { bridgePlan, consumerPlan, functionPlan, producerPlan } from './plans.ts';

/** A client, and what makes it fit its node again. */
export interface Known {
  readonly client: Client;
  replan(node: ScenarioNode): void;
}
/** @param number gives the client's number in the messages' table */
type Make = (node: ScenarioNode, host: ClientHost, number: () => number) => Known;

function kind<P>(planOf: (node: ScenarioNode) => P, make: (id: string, host: ClientHost, plan: P, number: () => number) => Client & { replan(plan: P): void }): Make {
  return (node, host, number) => {
    const client = make(node.id, host, planOf(node), number);
    return { client, replan: (changed) => client.replan(planOf(changed)) };
  };
}
/** By the kind of a node: those that nearly every scenario has, and what else was loaded. */
const known = new Map<string, Make>([
  ['producer', kind(producerPlan, (id, host, plan, number) => new Producer(id, number(), host, plan))],
  ['consumer', kind(consumerPlan, (id, host, plan) => new Consumer(id, host, plan))],
]);
/** Their code comes with the first scenario that has one. */
const LATER: Readonly<Record<string, () => Promise<Make>>> = {
  bridge: async () => {
    const { Bridge } = await import('../clients/bridge.ts');
    return kind(bridgePlan, (id, host, plan) => new Bridge(id, host, plan));
  },
  function: async () => {
    const { ServerlessFunction } = await import('../clients/function.ts');
    return kind(functionPlan, (id, host, plan) => new ServerlessFunction(id, host, plan));
  },
};
/** Loads the clients of these kinds, all when none are named; kinds that are no client's are passed over. */
export async function loadClients(kinds: Iterable<string> = Object.keys(LATER)): Promise<void> {
  const missing = [...new Set(kinds)].filter((one) => Object.hasOwn(LATER, one) && !known.has(one));
  await Promise.all(missing.map(async (one) => known.set(one, (await LATER[one]?.()) as Make)));
}
/** How a client of a kind is made; undefined for what is no client. Throws where it was not loaded. */
export function clientOf(kind: string): Make | undefined {
  if (Object.hasOwn(LATER, kind) && !known.has(kind)) throw new Error(`The code of a ${kind} was not loaded.`);
  return known.get(kind);
}
