import type { JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import type { Player } from '../contract.ts';

/** Random operations on core NATS, and on one stream with consumers. Who of a queue group gets a message is chance, and so left out. */

const SUBJECTS = ['a', 'a.b', 'a.c', 'b', 'b.c.d'];
const PATTERNS = [...SUBJECTS, 'a.*', 'a.>', '*', '*.c', '>', 'b.*.d'];

export function corePlayer(d: Dice): Player {
  let made = 0;
  const subscriptions: string[] = [];
  /** Which of two responders is first is chance. */
  let responders = 0;
  const client = () => d.pick(['main', 'k1', 'k2']);
  const publish = (): Operation => ({ op: 'publish', subject: d.pick(d.chance(0.05) ? PATTERNS : SUBJECTS), body: `m${++made}`, client: client(), ...(d.chance(0.2) ? { reply: d.pick(SUBJECTS) } : {}) });
  const subscribe = (): Operation => {
    const sub = `s${++made}`;
    subscriptions.push(sub);
    return { op: 'subscribe', sub, subject: d.pick(PATTERNS), client: client(), ...(responders === 0 && d.chance(0.3) ? { respond: `r${++responders}` } : {}) };
  };
  const others: readonly (() => Operation)[] = [
    subscribe,
    subscribe,
    () => (subscriptions.length === 0 ? subscribe() : { op: 'unsubscribe', sub: d.pick(subscriptions), ...(d.chance(0.6) ? { max: d.between(1, 4) } : {}) }),
    () => ({ op: 'request', subject: d.pick(SUBJECTS), body: `q${++made}`, client: client() }),
    () => ({ op: 'disconnect', client: d.pick(['k1', 'k2']) }),
  ];
  return { setup: [], next: () => (d.chance(0.5) ? publish() : d.pick(others)()), shown: () => undefined };
}

const FED = ['s.a', 's.b', 's.c'];
export function streamPlayer(d: Dice): Player {
  const retention = d.pick(['limits', 'limits', 'workqueue', 'interest']);
  const config = { name: 'S', subjects: ['s.>'], retention, ...d.some({ max_msgs: [0.3, () => d.between(1, 6)], discard: [0.4, () => d.pick(['old', 'new'])], max_msgs_per_subject: [0.3, () => d.between(1, 3)], allow_rollup_hdrs: [0.2, () => true], storage: [0.3, () => 'file'] }) } as JsonObject;
  const filter = (n: number) => (retention === 'workqueue' ? (FED[n] ?? 's.a') : d.chance(0.5) ? d.pick(FED) : undefined);
  const consumer = (name: string, filtered: string | undefined): Operation => ({
    op: 'consumer',
    stream: 'S',
    config: {
      durable_name: name,
      ack_policy: retention === 'limits' ? d.pick(['explicit', 'explicit', 'all', 'none']) : 'explicit',
      ...(filtered === undefined ? {} : { filter_subject: filtered }),
      ...(retention === 'limits' ? d.some({ deliver_policy: [0.4, () => d.pick(['all', 'last', 'new', ...(filtered === undefined ? [] : ['last_per_subject'])])] }) : {}),
      ...d.some({ max_deliver: [0.3, () => d.between(1, 3)], max_ack_pending: [0.3, () => d.between(1, 3)] }),
    } as JsonObject,
  });
  const consumers = ['c', 'e'];
  let made = 0;
  let out: string[] = [];
  const publish = (): Operation => {
    const bodies = Array.from({ length: d.between(1, 3) }, () => `m${++made}`);
    return { op: 'publish', subject: d.pick(FED), ...(bodies.length === 1 ? { body: bodies[0] ?? '' } : { bodies }), ...d.some({ msgId: [0.2, () => `i${d.below(3)}`], expectedSeq: [0.08, () => d.below(8)], expectedSubjectSeq: [0.08, () => d.below(8)], rollup: [0.08, () => d.pick(['sub', 'all'])] }) } as Operation;
  };
  const pull = (): Operation => ({ op: 'pull', stream: 'S', consumer: d.pick(consumers), as: `p${++made}`, batch: d.between(1, 4), noWait: true });
  const settle = (): Operation => ({ op: d.pick(['ack', 'ack', 'nak', 'term', 'inProgress']), delivery: d.pick(out) });
  const others: readonly (() => Operation)[] = [
    pull,
    () => ({ op: 'consumerInfo', stream: 'S', consumer: d.pick(consumers) }),
    () => ({ op: 'streamInfo', stream: 'S' }),
    () => ({ op: 'purge', stream: 'S', ...d.some({ filter: [0.5, () => d.pick([...FED, 's.*'])], ...d.pick([{ keep: [0.5, () => d.between(1, 2)] as const }, { seq: [0.5, () => d.between(1, 8)] as const }]) }) }) as Operation,
    () => ({ op: 'deleteMessage', stream: 'S', seq: d.between(1, 8) }),
    () => ({ op: 'getMessage', stream: 'S', ...(d.chance(0.5) ? { seq: d.between(1, 8) } : { lastBySubject: d.pick(FED) }) }),
  ];
  return {
    setup: [{ op: 'stream', config }, ...consumers.map((name, n) => consumer(name, filter(n)))],
    next: () => (d.chance(0.35) ? publish() : out.length > 0 && d.chance(0.4) ? settle() : d.chance(0.5) ? pull() : d.pick(others)()),
    shown(operation, seen) {
      if (operation.op !== 'inProgress') out = out.filter((one) => one !== operation['delivery']);
      for (const [holder, messages] of Object.entries((seen['deliveries'] ?? {}) as JsonObject)) for (const message of messages as readonly JsonObject[]) if (typeof message['body'] === 'string') out.push(`${holder}:${message['body']}`);
    },
  };
}
