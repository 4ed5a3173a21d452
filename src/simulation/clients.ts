/** Which clients there are: how each is made of a node, and made to fit when the node changes. */
import { Bridge } from '../clients/bridge.ts';
import type { Client } from '../clients/client.ts';
import { Consumer } from '../clients/consumer.ts';
import { ServerlessFunction } from '../clients/function.ts';
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
/** By the kind of a node. */
export const CLIENTS: Readonly<Record<string, Make>> = {
  producer: kind(producerPlan, (id, host, plan, number) => new Producer(id, number(), host, plan)),
  consumer: kind(consumerPlan, (id, host, plan) => new Consumer(id, host, plan)),
  bridge: kind(bridgePlan, (id, host, plan) => new Bridge(id, host, plan)),
  function: kind(functionPlan, (id, host, plan) => new ServerlessFunction(id, host, plan)),
};
