import type { Core, Route } from './core.ts';
import type { Envelope, Handed, Headers } from './events.ts';
import type { Client, Consumer, Subscription } from './model.ts';
import { isLiteral, matchTokens, subjectMatches, tokensOf } from './subjects.ts';

/** Who gets a message: plain subscriptions all, of each queue group one, and the streams that take the subject. */

function routeOf(core: Core, subject: string): Route {
  const known = core.routes.get(subject);
  if (known !== undefined) return known;
  const tokens = tokensOf(subject);
  const plain: Subscription[] = [];
  const groups = new Map<string, Subscription[]>();
  const streams: string[] = [];
  if (!tokens.includes('')) {
    for (const client of core.clients.values()) {
      for (const sub of client.subs.values()) {
        if (!matchTokens(tokens, tokensOf(sub.subject))) continue;
        if (sub.queue === '') plain.push(sub);
        else groups.set(sub.queue, [...(groups.get(sub.queue) ?? []), sub]);
      }
    }
    for (const stream of core.streams.values()) if (stream.config.subjects.some((one) => matchTokens(tokens, tokensOf(one)))) streams.push(stream.name);
  }
  plain.sort((a, b) => a.order - b.order);
  for (const group of groups.values()) group.sort((a, b) => a.order - b.order);
  const route = { plain, groups: [...groups.values()], streams };
  core.routes.set(subject, route);
  return route;
}
/** A subscription came or went. */
function forget(core: Core, subject: string): void {
  if (isLiteral(subject)) core.routes.delete(subject);
  else core.routes.clear();
}

/** A stream takes other subjects than before. Push consumers may be listened to by it. */
export function streamsChanged(core: Core, subjects: readonly string[]): void {
  core.routes.clear();
  for (const consumer of core.consumers.values()) {
    if (!subjects.includes(consumer.config.deliver_subject)) continue;
    const interest = listens(core, consumer);
    if (interest !== consumer.active) core.later({ does: 'interest', consumer: consumer.id, interest });
  }
}

/**
 * Sends to all that listen. Streams store when what is under way is done.
 * @param from the publishing client; null for the server itself
 * @returns whether anybody got it, a stream included
 */
export function route(core: Core, from: Client | null, envelope: Envelope): boolean {
  const { plain, groups, streams } = routeOf(core, envelope.subject);
  let reached = false;
  for (const sub of plain) reached = hand(core, from, sub, envelope) || reached;
  for (const group of groups) {
    const first = group.length > 1 ? core.pick(group.length) : 0;
    for (let i = 0; i < group.length; i++) {
      const sub = group[(first + i) % group.length];
      if (sub === undefined || !hand(core, from, sub, envelope)) continue;
      reached = true;
      break;
    }
  }
  for (const stream of streams) {
    core.later({ does: 'store', stream, envelope });
    reached = true;
  }
  return reached;
}

function hand(core: Core, from: Client | null, sub: Subscription, envelope: Envelope): boolean {
  const client = core.clients.get(sub.client);
  if (client === undefined || client.subs.get(sub.sid) !== sub) return false;
  if (client === from && client.options.echo === false) return false;
  if (denied(client.options.permissions?.subscribe?.deny, envelope.shown ?? envelope.subject)) return false;
  sub.count += 1;
  const event: Handed = {
    kind: 'message',
    client: client.name,
    sid: sub.sid,
    subject: envelope.shown ?? envelope.subject,
    reply: envelope.reply ?? '',
    message: envelope.message,
    size: envelope.size ?? 0,
    headers: client.options.headers === false ? null : (envelope.headers ?? null),
    status: client.options.headers === false ? null : (envelope.status ?? null),
    description: envelope.description ?? '',
    ack: envelope.ack ?? null,
    info: envelope.info ?? null,
    bodyless: envelope.bodyless === true,
  };
  core.emit(event);
  if (sub.max > 0 && sub.count >= sub.max) removeSubscription(core, client, sub);
  return true;
}
const denied = (deny: readonly string[] | undefined, subject: string): boolean => deny?.some((pattern) => subjectMatches(subject, pattern)) === true;

/** Nobody got it, it asks for a reply, and the client wants to know: a message with status 503 on the reply subject. */
export function noResponders(core: Core, client: Client, reply: string): void {
  if (client.options.no_responders !== true) return;
  const [sub] = [...client.subs.values()].filter((one) => one.queue === '' && subjectMatches(reply, one.subject)).sort(asFound);
  if (sub === undefined) return;
  core.emit({ kind: 'message', client: client.name, sid: sub.sid, subject: reply, reply: '', message: -1, size: 0, headers: null, status: 503, description: '', ack: null, info: null, bodyless: false });
}
/** The server takes the first subscription its tree finds: `>` before `*` before a literal, but a literal last token before `*`. */
function asFound(one: Subscription, other: Subscription): number {
  const [a, b] = [tokensOf(one.subject), tokensOf(other.subject)];
  const rank = (tokens: readonly string[], i: number) => (tokens[i] === '>' ? 0 : (tokens[i] === '*') === i < tokens.length - 1 ? 1 : 2);
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (rank(a, i) !== rank(b, i)) return rank(a, i) - rank(b, i);
  return one.order - other.order;
}
/** A message of the server itself, without payload: a status line on a reply subject. */
export function status(core: Core, subject: string, code: number, description: string, headers: Headers | null = null, reply = ''): void {
  route(core, null, { subject, reply, message: -1, headers, status: code, description });
}
export function hasInterest(core: Core, subject: string): boolean {
  const { plain, groups, streams } = routeOf(core, subject);
  return plain.length + groups.length + streams.length > 0;
}

export function addSubscription(core: Core, client: Client, sub: Subscription): void {
  client.subs.set(sub.sid, sub);
  forget(core, sub.subject);
  for (const consumer of core.consumers.values()) if (waitsOn(consumer, sub) && !consumer.active) core.later({ does: 'interest', consumer: consumer.id, interest: true });
}
export function removeSubscription(core: Core, client: Client, sub: Subscription): void {
  client.subs.delete(sub.sid);
  forget(core, sub.subject);
  for (const consumer of core.consumers.values()) {
    if (waitsOn(consumer, sub) && !listens(core, consumer)) core.later({ does: 'interest', consumer: consumer.id, interest: false });
  }
}
const waitsOn = ({ config }: Consumer, { subject, queue }: Subscription): boolean => config.deliver_subject === subject && config.deliver_group === queue;

/** A push consumer is told of subscriptions to exactly its deliver subject, in exactly its deliver group; wildcards do not wake it. */
export function listens(core: Core, { config }: Consumer): boolean {
  const { deliver_subject: subject, deliver_group: queue } = config;
  const { plain, groups, streams } = routeOf(core, subject);
  if (queue !== '') return groups.some((group) => group[0]?.subject === subject && group[0].queue === queue);
  return plain.some((sub) => sub.subject === subject) || streams.some((name) => core.streams.get(name)?.config.subjects.includes(subject) === true);
}
