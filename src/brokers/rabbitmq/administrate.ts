/** Makes a server's entities those of a plan, as an administrator would: declare, bind, set policies, delete. */
import type { Refusal } from '../contract.ts';
import type { Outcome } from './api.ts';
import type { RabbitBroker } from './broker.ts';
import { type BindingPlan, type EntityPlan, type ExchangePlan, type QueuePlan, shared } from './declare.ts';

const ADMIN = 'administrator';
const CHANNEL = 1;

const shapeOf = ({ policy: _, node: __, ...rest }: QueuePlan | ExchangePlan) => JSON.stringify(rest);
const bindingOf = ({ link: _, ...rest }: BindingPlan) => JSON.stringify(rest);

export interface Refused {
  readonly node: string;
  readonly refusal: Refusal;
}

/** Entities that need another declaration are deleted and declared anew, with what that costs. */
export function applyPlan(server: RabbitBroker, old: EntityPlan, next: EntityPlan): readonly Refused[] {
  const [before, after] = [shared(old), shared(next)];
  const refused: Refused[] = [];
  /** One verb on a fresh connection: a refusal closes the channel, or all of it. */
  const ask = (node: string, verb: (connection: string, channel: number) => Outcome) => {
    server.connect(ADMIN);
    server.openChannel(ADMIN, CHANNEL);
    const answer = verb(ADMIN, CHANNEL);
    if (answer.refused) refused.push({ node, refusal: answer });
    server.closeConnection(ADMIN);
  };
  const changed = <T extends QueuePlan | ExchangePlan>(old: readonly T[], now: readonly T[]) => ({
    gone: old.filter((o) => !now.some((n) => n.name === o.name && shapeOf(n) === shapeOf(o))),
    fresh: now.filter((n) => !old.some((o) => n.name === o.name && shapeOf(n) === shapeOf(o))),
  });
  const queues = changed(before.queues, after.queues);
  const exchanges = changed(before.exchanges, after.exchanges);
  for (const q of queues.gone) {
    ask(q.node, (c, ch) => server.queueDelete(c, ch, { queue: q.name }));
    server.clearPolicy(`queue ${q.name}`);
  }
  for (const e of exchanges.gone) {
    ask(e.node, (c, ch) => server.exchangeDelete(c, ch, { exchange: e.name }));
    server.clearPolicy(`exchange ${e.name}`);
  }
  for (const [kind, items, earlier] of [
    ['exchanges', next.exchanges, old.exchanges],
    ['queues', next.queues, old.queues],
  ] as const) {
    for (const item of items) {
      const was = earlier.find((o) => o.name === item.name);
      const name = `${kind.slice(0, -1)} ${item.name}`;
      if (JSON.stringify(was?.policy ?? {}) === JSON.stringify(item.policy)) continue;
      server.clearPolicy(name);
      if (Object.keys(item.policy).length > 0) server.setPolicy({ name, pattern: `^${item.name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`, definition: item.policy, applyTo: kind });
    }
  }
  for (const e of exchanges.fresh) ask(e.node, (c, ch) => server.exchangeDeclare(c, ch, { exchange: e.name, type: e.type, durable: e.durable, autoDelete: e.autoDelete, internal: e.internal, arguments: e.arguments }));
  for (const q of queues.fresh) ask(q.node, (c, ch) => server.queueDeclare(c, ch, { queue: q.name, durable: q.durable, exclusive: q.exclusive, autoDelete: q.autoDelete, arguments: q.arguments }));
  const fresh = new Set([...queues.fresh.map((q) => `queue ${q.name}`), ...exchanges.fresh.map((e) => `exchange ${e.name}`)]);
  const stands = (b: BindingPlan) => before.bindings.some((o) => bindingOf(o) === bindingOf(b)) && !fresh.has(`exchange ${b.source}`) && !fresh.has(`${b.toKind} ${b.destination}`);
  for (const b of before.bindings) {
    if (after.bindings.some((n) => bindingOf(n) === bindingOf(b))) continue;
    if (b.toKind === 'queue') ask(b.link, (c, ch) => server.queueUnbind(c, ch, { exchange: b.source, queue: b.destination, routingKey: b.routingKey, arguments: b.arguments }));
    else ask(b.link, (c, ch) => server.exchangeUnbind(c, ch, { source: b.source, destination: b.destination, routingKey: b.routingKey, arguments: b.arguments }));
  }
  for (const b of after.bindings) {
    if (stands(b)) continue;
    if (b.toKind === 'queue') ask(b.link, (c, ch) => server.queueBind(c, ch, { exchange: b.source, queue: b.destination, routingKey: b.routingKey, arguments: b.arguments }));
    else ask(b.link, (c, ch) => server.exchangeBind(c, ch, { source: b.source, destination: b.destination, routingKey: b.routingKey, arguments: b.arguments }));
  }
  return refused;
}
