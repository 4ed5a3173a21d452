/** Makes queues, topics and subscriptions those of a plan, as a deployment would. */
import type { Refusal } from '../contract.ts';
import { ownQueues, type Plan } from './plan.ts';
import type { Sns } from './sns.ts';
import type { Sqs } from './sqs.ts';

export interface Refused {
  readonly node: string;
  readonly refusal: Refusal;
}
/** What is gone is deleted, with what it holds; what is new is made; dead-letter queues are there before they are named. In both plans the owner of a name goes first. */
export function applyPlan({ sqs, sns }: { readonly sqs: Sqs; readonly sns: Sns }, before: Plan, after: Plan): readonly Refused[] {
  const refused: Refused[] = [];
  const note = (node: string, result: string | Refusal) => {
    if (typeof result !== 'string') refused.push({ node, refusal: result });
  };
  const same = <T>(a: T | undefined, b: T): boolean => JSON.stringify(a) === JSON.stringify(b);
  for (const { link, topic } of before.subscriptions) if (!after.subscriptions.some((s) => s.link === link && s.topic === topic)) sns.Unsubscribe(topic, link);
  for (const { name } of before.topics) if (!after.topics.some((t) => t.name === name)) sns.DeleteTopic(name);
  const owned = ownQueues(after);
  for (const { node, name } of ownQueues(before)) if (!owned.some((q) => q.node === node && q.name === name)) sqs.DeleteQueue(name);
  const made = new Set<string>();
  for (const { node, name, attributes, conduct } of owned) {
    if (sqs.queue(name) !== undefined) continue;
    const result = sqs.CreateQueue(name, { FifoQueue: attributes.FifoQueue }, conduct);
    note(node, result);
    if (result === 'created') made.add(name);
  }
  const had = ownQueues(before);
  // Who may name a dead-letter queue is told before anybody does.
  for (const queue of owned) {
    const { node, name, attributes, conduct } = queue;
    if (sqs.queue(name) !== undefined && (made.has(name) || !had.some((q) => same(q, queue)))) note(node, sqs.SetQueueAttributes(name, { ...attributes, RedrivePolicy: null }, conduct));
  }
  for (const { node, name, attributes } of owned) {
    if (sqs.queue(name) !== undefined && attributes.RedrivePolicy !== null && !same(sqs.queue(name)?.attributes.RedrivePolicy, attributes.RedrivePolicy)) note(node, sqs.SetQueueAttributes(name, { RedrivePolicy: attributes.RedrivePolicy }));
  }
  for (const queue of after.queues) if (!owned.includes(queue) && !before.queues.some((q) => same(q, queue))) note(queue.node, sqs.CreateQueue(queue.name, queue.attributes));
  for (const { node, name, attributes } of after.topics) note(node, sns.CreateTopic(name, attributes));
  for (const { link, topic, topicNode, protocol, queue, attributes } of after.subscriptions) note(topicNode, sns.Subscribe(topic, link, protocol, attributes, queue !== undefined && sqs.queue(queue)?.isFifo === true));
  return refused;
}
