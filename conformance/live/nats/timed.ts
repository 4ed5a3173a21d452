import type { JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import type { Player } from '../contract.ts';

/** Random waits: acknowledgements that are late, delays, ages, windows and pulls that end. What ends does so a second or more from where anybody looks. */

const LOOK = 3000;
/** Times that fall between two looks, however many went before; those of pulls are never those of messages. */
const BETWEEN = [5000, 8000];
const PULLS = [4000, 7000];
const FED = ['s.a', 's.b'];
const CONSUMERS = ['c', 'e'];

export function timedPlayer(d: Dice): Player {
  const span = () => d.pick(BETWEEN);
  const stream = { name: 'S', subjects: ['s.>'], ...d.some({ retention: [0.3, () => d.pick(['interest', 'workqueue'])], max_age_ms: [0.4, span], duplicate_window_ms: [0.3, () => 5000], max_msgs_per_subject: [0.2, () => 2], storage: [0.3, () => 'file'] }) } as JsonObject;
  const consumer = (name: string, filter: string): Operation => ({
    op: 'consumer',
    stream: 'S',
    config: {
      durable_name: name,
      ...(stream['retention'] === 'workqueue' ? { filter_subject: filter } : d.some({ filter_subject: [0.4, () => filter] })),
      ...(d.chance(0.4) ? { backoff_ms: d.pick([[5000], [5000, 8000]]), max_deliver: 3 } : { ack_wait_ms: span(), ...d.some({ max_deliver: [0.4, () => d.between(1, 3)] }) }),
      ...d.some({ max_ack_pending: [0.3, () => d.between(1, 2)], ack_policy: [stream['retention'] === undefined ? 0.2 : 0, () => 'all'], deliver_subject: [0.25, () => `d${name}`] }),
    } as JsonObject,
  });
  let made = 0;
  let out: string[] = [];
  const publish = (): Operation => ({ op: 'publish', subject: d.pick(FED), body: `m${++made}`, ...d.some({ msgId: [0.4, () => `i${d.below(2)}`] }) }) as Operation;
  const pull = (): Operation => ({ op: 'pull', stream: 'S', consumer: d.pick(CONSUMERS), as: `p${++made}`, batch: d.between(1, 3), ...(d.chance(0.4) ? { noWait: true } : { expiresMs: d.pick(PULLS) }) }) as Operation;
  const settle = (): Operation => ({ op: d.pick(['ack', 'nak', 'nak', 'term', 'inProgress']), delivery: d.pick(out), ...d.some({ delayMs: [0.4, span] }) }) as Operation;
  const look = (): Operation => ({ op: 'advance', ms: LOOK });
  const others: readonly (() => Operation)[] = [publish, pull, pull, () => ({ op: 'consumerInfo', stream: 'S', consumer: d.pick(CONSUMERS) }), () => ({ op: 'streamInfo', stream: 'S' })];
  return {
    setup: [{ op: 'stream', config: stream }, ...CONSUMERS.map((name) => ({ op: 'subscribe', sub: `d${name}`, subject: `d${name}` })), ...CONSUMERS.map((name, n) => consumer(name, FED[n] ?? ''))],
    next: () => (d.chance(0.3) ? look() : out.length > 0 && d.chance(0.35) ? settle() : d.pick(others)()),
    shown(operation, seen) {
      if (operation.op !== 'inProgress') out = out.filter((one) => one !== operation['delivery']);
      for (const [holder, messages] of Object.entries((seen['deliveries'] ?? {}) as JsonObject)) for (const message of messages as readonly JsonObject[]) if (typeof message['body'] === 'string' && message['status'] === undefined) out.push(`${holder}:${message['body']}`);
    },
  };
}
