import type { Refusal } from '../contract.ts';
import type { Outcome, PublishArgs, SubscribeArgs } from './api.ts';
import type { Core } from './core.ts';
import { protocolErrors } from './errors.ts';
import type { Client, ConnectOptions, Permissions } from './model.ts';
import { addSubscription, noResponders, removeSubscription, route } from './routing.ts';
import { headerBytes } from './store.ts';
import { isSubscribable, isSubsetOf, isValidLiteral, subjectMatches } from './subjects.ts';

/** The client protocol: CONNECT, SUB, UNSUB, PUB. Its refusals are -ERR lines. */

export const done = { refused: false } as const;

/** -ERR to the client; some end the connection. */
export function complain(core: Core, client: Client, refusal: Refusal): Refusal {
  core.emit({ kind: 'error', client: client.name, text: refusal.text, closes: refusal.closes === 'connection' });
  if (refusal.closes === 'connection') drop(core, client, refusal.text);
  return refusal;
}
export function open(core: Core, name: string, options: ConnectOptions): void {
  const old = core.clients.get(name);
  if (old !== undefined) drop(core, old, 'replaced');
  core.clients.set(name, { name, options, subs: new Map() });
}
export function drop(core: Core, client: Client, why: string): void {
  for (const sub of [...client.subs.values()]) removeSubscription(core, client, sub);
  core.clients.delete(client.name);
  core.emit({ kind: 'closed', client: client.name, why });
}

type Direction = NonNullable<Permissions['publish']>;
const may = (rules: Direction | undefined, subject: string): boolean => {
  if (rules === undefined) return true;
  const { allow = [], deny = [] } = rules;
  return (allow.length === 0 || allow.some((one) => isSubsetOf(subject, one))) && !deny.some((one) => isSubsetOf(subject, one));
};
export function subscribe(core: Core, client: Client, { sid, subject, queue = '' }: SubscribeArgs): Outcome {
  if (!may(client.options.permissions?.subscribe, subject)) return complain(core, client, protocolErrors.subscriptionPermission(subject, queue));
  const most = core.settings.max_subscriptions;
  if (most > 0 && client.subs.size >= most) return complain(core, client, protocolErrors.maximumSubscriptions());
  if (!isSubscribable(subject)) return complain(core, client, protocolErrors.invalidSubject());
  if (!client.subs.has(sid)) addSubscription(core, client, { client: client.name, sid, subject, queue, order: core.counters.order++, count: 0, max: 0 });
  return done;
}
export function unsubscribe(core: Core, client: Client, sid: number, max: number): Outcome {
  const sub = client.subs.get(sid);
  if (sub === undefined) return done;
  if (max > sub.count) sub.max = max;
  else removeSubscription(core, client, sub);
  return done;
}
export function publish(core: Core, client: Client, { subject, reply = '', headers, message, size }: PublishArgs): Outcome {
  const { options } = client;
  const block = headers === undefined || Object.keys(headers).length === 0 ? null : headers;
  if (headerBytes(block) + size > core.settings.max_payload) return complain(core, client, protocolErrors.maximumPayload());
  // Pedantic clients are told, and the message goes out all the same.
  const refusal = options.pedantic === true && !isValidLiteral(subject) ? complain(core, client, protocolErrors.invalidPublishSubject()) : null;
  const { publish: rules } = options.permissions ?? {};
  const granted = rules === undefined || (((rules.allow ?? []).length === 0 || rules.allow?.some((one) => subjectMatches(subject, one)) === true) && rules.deny?.some((one) => subjectMatches(subject, one)) !== true);
  if (!granted) return complain(core, client, protocolErrors.publishPermission(subject));
  if (!route(core, client, { subject, reply, headers: block, message, size }) && reply !== '') noResponders(core, client, reply);
  return refusal ?? done;
}
