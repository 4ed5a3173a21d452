/** Makes the service's resources those of a document, as an administrator would: create, patch, delete. */
import type { Refusal } from '../contract.ts';
import { errors } from './errors.ts';
import type { Plan, SubscriptionPlan } from './plan.ts';
import type { PubSubServer } from './server.ts';

export interface Refused {
  readonly node: string;
  readonly refusal: Refusal;
}
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** @param before what was asked for last @returns what the service refused */
export function applyPlan(server: PubSubServer, before: Plan, after: Plan): Refused[] {
  const refused: Refused[] = [];
  const tried = (node: string, refusal: Refusal | undefined): void => {
    if (refusal !== undefined) refused.push({ node, refusal });
  };
  for (const { node, config } of owners(after.topics, before.topics, tried)) {
    const was = before.topics.find((one) => one.node === node && one.config.name === config.name);
    if (was === undefined) tried(node, server.createTopic(config));
    else if (!same(was.config, config)) tried(node, server.updateTopic(config));
  }
  const wanted = owners(after.subscriptions, before.subscriptions, tried);
  const stays = (one: SubscriptionPlan, all: readonly SubscriptionPlan[]) => all.find((other) => other.node === one.node && other.config.name === one.config.name && other.config.topic === one.config.topic);
  for (const one of before.subscriptions) if (stays(one, wanted) === undefined) server.deleteSubscription(one.config.name);
  for (const one of wanted) {
    const was = stays(one, before.subscriptions);
    if (was === undefined) tried(one.node, server.createSubscription(one.config));
    else if (!same(was.config, one.config)) update(server, was, one, tried);
  }
  for (const { config } of before.topics) if (!after.topics.some((one) => one.config.name === config.name)) server.deleteTopic(config.name);
  return refused;
}
/** What cannot be changed is refused; the rest is patched all the same. */
function update(server: PubSubServer, was: SubscriptionPlan, { node, config }: SubscriptionPlan, tried: (node: string, refusal: Refusal | undefined) => void): void {
  const known = server.subscription(was.config.name)?.config;
  if (known === undefined) return;
  if (known.filter !== config.filter && was.config.filter !== config.filter) tried(node, errors.filterImmutable());
  if (known.ordering !== config.ordering && was.config.ordering !== config.ordering) tried(node, errors.orderingImmutable());
  tried(node, server.updateSubscription({ ...config, filter: known.filter, ordering: known.ordering }));
}
/** Two nodes of one name are one resource: it belongs to whoever had it, else to the first. */
function owners<T extends { readonly node: string; readonly config: { readonly name: string } }>(all: readonly T[], before: readonly T[], tried: (node: string, refusal: Refusal) => void): T[] {
  return all.filter((one, at) => {
    const rivals = all.filter((other) => other.config.name === one.config.name);
    const had = rivals.find((other) => before.some((old) => old.node === other.node && old.config.name === other.config.name));
    const owner = had ?? rivals[0];
    if (owner === one || owner === undefined) return true;
    if (!before.some((old) => same(old, one))) tried(all[at]?.node ?? '', errors.exists(one.config.name));
    return false;
  });
}
