/** Makes a server's streams and consumers those of a plan, as an administrator would with the nats command line. */
import type { ApiError } from './errors.ts';
import type { ConsumerPlan, Plan } from './plan.ts';
import type { NatsServer } from './server.ts';

export interface Refused {
  readonly node: string;
  readonly error: ApiError;
}
const pair = ({ stream, name }: ConsumerPlan): string => `${stream} ${name}`;
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** What is gone is deleted, with what that costs; what is new is created; what is changed is updated, or refused. */
export function applyPlan(server: NatsServer, before: Plan, after: Plan): readonly Refused[] {
  const refused: Refused[] = [];
  const note = (node: string, answer: object) => {
    if ('refused' in answer) refused.push({ node, error: answer as ApiError });
  };
  const kept = new Set(after.consumers.map(pair));
  for (const one of before.consumers) if (!kept.has(pair(one)) && server.stream(one.stream)?.consumers.has(one.name) === true) note(one.node, server.deleteConsumer(one.stream, one.name));
  const names = new Set(after.streams.map(({ args }) => args.name));
  for (const { node, args } of before.streams) if (!names.has(args.name) && server.stream(args.name) !== undefined) note(node, server.deleteStream(args.name));
  for (const { node, args } of after.streams) {
    const old = before.streams.find((one) => one.node === node);
    if (server.stream(args.name) === undefined) note(node, server.createStream(args));
    else if (old === undefined) note(node, server.createStream(args));
    else if (!same(old.args, args)) note(node, server.updateStream(args));
  }
  for (const one of after.consumers) {
    const old = before.consumers.find(({ node }) => node === one.node);
    const exists = server.stream(one.stream)?.consumers.has(one.name) === true;
    if (!exists || old === undefined || !same(old, one)) note(one.node, server.createConsumer(one.stream, one.args));
  }
  return refused;
}
