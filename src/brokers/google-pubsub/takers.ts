/** Who gets the next message: a stream with room, a waiting pull, or the endpoint. */
import { lineUp, nextOf, peek, take } from './backlog.ts';
import type { Core } from './core.ts';
import { isTooOld, lend, settleKey } from './leases.ts';
import type { Entry, OrderedKey, Stream, Subscription } from './model.ts';
import { windowOf } from './pushing.ts';

interface Next {
  readonly entry: Entry;
  /** Its ordering key, when that holds. */
  readonly key: OrderedKey | undefined;
}
/** Delivers whatever can be delivered now. */
export function pump(core: Core, subscription: Subscription): void {
  if (core.down || subscription.detached) return;
  if (subscription.config.push) pumpEndpoint(core, subscription);
  else {
    while (pumpStreams(core, subscription));
    while (subscription.pulls.size > 0 && answerPull(core, subscription));
  }
}
const hasRoom = (stream: Stream): boolean => (stream.maxMessages === 0 || stream.messages < stream.maxMessages) && (stream.maxBytes === 0 || stream.bytes < stream.maxBytes);

/** The first in line, by the time of publishing; what comes again goes first. */
function nextIn(core: Core, subscription: Subscription): Next | undefined {
  for (;;) {
    const entry = peek(subscription);
    const key = firstKey(subscription);
    const ofKey = key === undefined ? undefined : nextOf(subscription, key);
    const isKeyed = ofKey !== undefined && (entry === undefined || (entry.deliveries === 0 && ofKey.stored.seq < entry.stored.seq));
    const chosen = isKeyed ? ofKey : entry;
    if (chosen === undefined) return undefined;
    if (!isTooOld(core, subscription, chosen)) return { entry: chosen, key: isKeyed ? key : undefined };
    if (isKeyed && key !== undefined) settleKey(core, subscription, key);
  }
}
function firstKey(subscription: Subscription): OrderedKey | undefined {
  for (;;) {
    const name = subscription.readyKeys.first();
    if (name === undefined) return undefined;
    const key = subscription.keys.get(name);
    if (key?.line === 'ready') {
      if (nextOf(subscription, key) !== undefined) return key;
      key.line = '';
      if (key.head >= key.seqs.length) subscription.keys.delete(name);
    }
    subscription.readyKeys.shift();
  }
}
/** The key leaves the line; it comes back when it may be served again. */
function stepOut(subscription: Subscription, key: OrderedKey, line: OrderedKey['line']): void {
  subscription.readyKeys.shift();
  key.line = line;
}
function hand(core: Core, subscription: Subscription, { entry, key }: Next, holder: string, how: { readonly stream?: Stream; readonly pushed: boolean; readonly deadline: number }): void {
  if (key === undefined) take(subscription, entry);
  else stepOut(subscription, key, '');
  lend(core, subscription, entry, holder, how);
  if (key !== undefined) lineUp(subscription, key);
}
function pumpStreams(core: Core, subscription: Subscription): boolean {
  const open = [...subscription.streams.values()].filter(hasRoom);
  if (open.length === 0) return false;
  const next = nextIn(core, subscription);
  if (next === undefined) return false;
  const { key } = next;
  let stream: Stream;
  if (key !== undefined && key.out > 0) {
    // While messages of a key are out, the others go to the same stream.
    const holder = subscription.streams.get(key.holder);
    if (holder === undefined) return (stepOut(subscription, key, ''), true);
    if (!hasRoom(holder)) {
      stepOut(subscription, key, 'parked');
      holder.parked.push(key.name);
      return true;
    }
    stream = holder;
  } else stream = chooseStream(core, subscription, open);
  subscription.favourite = stream.client;
  hand(core, subscription, next, stream.client, { stream, pushed: false, deadline: stream.deadline ?? subscription.config.ackDeadline });
  return true;
}
/** Messages are not dealt out evenly: the next often goes where the one before went. */
function chooseStream(core: Core, { favourite, config }: Subscription, open: readonly Stream[]): Stream {
  const latest = open.find(({ client }) => client === favourite);
  if (latest !== undefined && (open.length === 1 || core.luck.chance(config.habits.sticky, 'sticky'))) return latest;
  return open[open.length === 1 ? 0 : core.luck.pick(open.length, 'stream')] as Stream;
}
/** @returns whether there was something for it */
function answerPull(core: Core, subscription: Subscription): boolean {
  const pull = subscription.pulls.first();
  if (pull === undefined) return false;
  const batch = new Set<string>();
  let count = 0;
  while (count < pull.maxMessages) {
    const next = nextIn(core, subscription);
    if (next === undefined) break;
    const { key } = next;
    // Of an ordering key one batch is out at a time.
    if (key !== undefined && key.out > 0 && !batch.has(key.name)) {
      stepOut(subscription, key, '');
      continue;
    }
    if (key !== undefined) batch.add(key.name);
    hand(core, subscription, next, pull.client, { pushed: false, deadline: subscription.config.ackDeadline });
    count++;
  }
  if (count === 0) return false;
  subscription.pulls.shift();
  core.tell({ kind: 'pulled', subscription: subscription.config.name, pull: pull.id, client: pull.client, count });
  return true;
}
function pumpEndpoint(core: Core, subscription: Subscription): void {
  const { pushing, endpoint, address, config } = subscription;
  if (address === '') return;
  while (core.now >= pushing.resumeAt && pushing.out < windowOf(subscription)) {
    const next = nextIn(core, subscription);
    if (next === undefined) return;
    // Of an ordering key one message is out at a time.
    if (next.key !== undefined && next.key.out > 0) {
      stepOut(subscription, next.key, '');
      continue;
    }
    const holder = endpoint[pushing.turn++ % Math.max(1, endpoint.length)] ?? address;
    hand(core, subscription, next, holder, { pushed: true, deadline: config.ackDeadline });
  }
}
/** Keys that waited for room on a stream wait for any, now that it is gone. */
export function unpark(subscription: Subscription, stream: Stream): void {
  for (const name of stream.parked.clear()) {
    const key = subscription.keys.get(name);
    if (key?.line !== 'parked') continue;
    key.line = '';
    lineUp(subscription, key);
  }
}
