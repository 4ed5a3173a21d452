import type { JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import type { Player } from '../contract.ts';

/** Random configurations of streams and consumers, many of them refused: created, changed, given again, taken away, with messages in between. */

const FED = ['s.a', 's.b', 's.c', 's.d.e'];
const FILTERS = [...FED, 's.*', 's.>', 's.d.*', 'x', 's.b.>', '>'];
const STREAMS = ['S', 'S', 'S', 'T'];
const CONSUMERS = ['c', 'e', 'p'];

function streamConfig(d: Dice, name: string): JsonObject {
  const subjects = name === 'S' ? d.pick([['s.>'], ['s.>'], ['s.a', 's.b'], ['s.*', 's.d.*'], ['s.a', 's.a'], ['s.*', 's.a']]) : d.pick([['t.>'], ['t'], ['s.a'], ['t.*', 's.b'], []]);
  return {
    name,
    subjects,
    ...d.some({
      retention: [0.3, () => d.pick(['limits', 'workqueue', 'interest'])],
      max_msgs: [0.25, () => d.pick([-1, 0, 1, 3, 5])],
      max_bytes: [0.1, () => d.pick([-1, 100, 300])],
      max_msgs_per_subject: [0.25, () => d.pick([-1, 1, 2])],
      max_msg_size: [0.1, () => d.pick([-1, 3, 100])],
      max_consumers: [0.1, () => d.pick([-1, 1, 2])],
      max_age_ms: [0.1, () => d.pick([50, 60_000])],
      duplicate_window_ms: [0.1, () => d.pick([50, 1000, 120_000])],
      discard: [0.25, () => d.pick(['old', 'new'])],
      discard_new_per_subject: [0.1, () => true],
      storage: [0.2, () => d.pick(['file', 'memory'])],
      deny_delete: [0.08, () => true],
      deny_purge: [0.08, () => true],
      allow_rollup_hdrs: [0.2, () => true],
      sealed: [0.03, () => true],
      no_ack: [0.04, () => true],
      first_seq: [0.06, () => d.pick([1, 10])],
      num_replicas: [0.04, () => d.pick([0, 1, 3, 6])],
      republish: [
        0.06,
        () =>
          d.pick([
            { src: 's.>', dest: 'r.>' },
            { src: 's.a', dest: 's.b' },
            { dest: 'r.{{wildcard(1)}}', src: 's.*' },
          ]),
      ],
      subject_transform: [
        0.05,
        () =>
          d.pick([
            { src: 's.*', dest: 's.d.{{wildcard(1)}}' },
            { src: 's.a', dest: 's.c' },
            { src: 's.>', dest: 's.{{wildcard(9)}}' },
          ]),
      ],
      allow_msg_ttl: [0.05, () => true],
    }),
  } as JsonObject;
}
function consumerConfig(d: Dice, name: string): JsonObject {
  const push = name === 'p' ? d.chance(0.9) : d.chance(0.05);
  return {
    ...(d.chance(0.95) ? { durable_name: name } : { name }),
    ...(push ? { deliver_subject: d.pick(['d', 'd', 'd', 's.a', 'd.*']) } : {}),
    ...d.some({
      ack_policy: [0.4, () => d.pick(['explicit', 'all', 'none'])],
      deliver_policy: [0.3, () => d.pick(['all', 'last', 'new', 'last_per_subject', 'by_start_sequence'])],
      opt_start_seq: [0.1, () => d.pick([0, 1, 3, 90])],
      filter_subject: [0.3, () => d.pick(FILTERS)],
      max_deliver: [0.2, () => d.pick([-1, 1, 2, 3])],
      backoff_ms: [0.08, () => d.pick([[100_000], [100_000, 200_000]])],
      ack_wait_ms: [0.1, () => d.pick([-1, 100_000])],
      max_ack_pending: [0.2, () => d.pick([-1, 1, 2])],
      max_waiting: [0.1, () => d.pick([-1, 1, 2])],
      max_batch: [0.06, () => d.pick([1, 2])],
      max_expires_ms: [0.06, () => d.pick([1, 20_000])],
      max_bytes: [0.06, () => d.pick([10, 500])],
      headers_only: [0.05, () => true],
      flow_control: [0.05, () => true],
      idle_heartbeat_ms: [0.05, () => d.pick([50, 30_000])],
      deliver_group: [0.05, () => 'q'],
      inactive_threshold_ms: [0.05, () => d.pick([-1, 60_000])],
      replay_policy: [0.06, () => d.pick(['instant', 'original'])],
      rate_limit_bps: [0.04, () => 1_000_000],
      sample_freq: [0.05, () => d.pick(['100', '30%', 'x', '0'])],
      num_replicas: [0.04, () => d.pick([1, 3, -1])],
      description: [0.03, () => 'x'],
    }),
  } as JsonObject;
}
export function configuringPlayer(d: Dice): Player {
  let made = 0;
  let out: string[] = [];
  const stream = () => d.pick(STREAMS);
  const consumer = () => d.pick(CONSUMERS);
  const publish = (): Operation => ({
    op: 'publish',
    subject: d.pick(d.chance(0.1) ? ['t', 't.x', 'nowhere'] : FED),
    body: `m${++made}`,
    ...d.some({
      msgId: [0.15, () => `i${d.below(3)}`],
      expectedSeq: [0.05, () => d.below(6)],
      expectedSubjectSeq: [0.05, () => d.below(6)],
      expectedMsgId: [0.04, () => `i${d.below(3)}`],
      expectedStream: [0.04, () => d.pick(['S', 'T'])],
      rollup: [0.06, () => d.pick(['sub', 'all', 'x'])],
      reportStream: [0.2, () => true],
    }),
  });
  const create = (): Operation => ({ op: 'stream', config: streamConfig(d, stream()), ...d.some({ report: [0.4, () => ['retention', 'max_msgs', 'max_consumers', 'discard', 'duplicate_window', 'num_replicas']] }) }) as Operation;
  const consume = (): Operation =>
    ({ op: 'consumer', stream: stream(), config: consumerConfig(d, consumer()), ...d.some({ action: [0.15, () => d.pick(['create', 'update'])], report: [0.4, () => ['ack_policy', 'deliver_policy', 'max_deliver', 'max_ack_pending', 'max_waiting', 'ack_wait', 'num_replicas']] }) }) as Operation;
  const pull = (): Operation => ({ op: 'pull', stream: stream(), consumer: consumer(), as: `p${++made}`, batch: d.between(1, 4), ...(d.chance(0.8) ? { noWait: true } : { expiresMs: 100_000 }), ...d.some({ maxBytes: [0.1, () => d.pick([10, 1000])] }) }) as Operation;
  const settle = (): Operation => ({ op: d.pick(['ack', 'ack', 'nak', 'term']), delivery: d.pick(out), ...d.some({ sync: [0.2, () => true] }) }) as Operation;
  const others: readonly (() => Operation)[] = [
    create,
    () => ({ op: 'updateStream', config: streamConfig(d, stream()) }) as Operation,
    () => ({ op: 'updateStream', config: streamConfig(d, stream()) }) as Operation,
    consume,
    consume,
    pull,
    pull,
    () => ({ op: 'consumerInfo', stream: stream(), consumer: consumer() }),
    () => ({ op: 'streamInfo', stream: stream(), ...d.some({ subjectsFilter: [0.3, () => d.pick(['>', 's.*'])] }) }) as Operation,
    () => ({ op: 'deleteConsumer', stream: stream(), consumer: consumer() }),
    () => (d.chance(0.3) ? { op: 'deleteStream', stream: stream() } : publish()),
    () => ({ op: 'purge', stream: stream(), ...d.some({ filter: [0.3, () => d.pick(FILTERS)], keep: [0.2, () => 1], seq: [0.2, () => d.between(1, 5)] }) }) as Operation,
    () => ({ op: 'deleteMessage', stream: stream(), seq: d.between(0, 6) }),
    () => ({ op: 'getMessage', stream: stream(), ...d.pick([{ seq: d.between(0, 6) }, { lastBySubject: d.pick(FILTERS) }, { nextBySubject: d.pick(FILTERS), seq: d.between(1, 4) }]) }),
  ];
  return {
    setup: [
      { op: 'subscribe', sub: 'd', subject: 'd' },
      { op: 'subscribe', sub: 'r', subject: 'r.>' },
      { op: 'stream', config: { name: 'S', subjects: ['s.>'] } },
    ],
    next: () => (d.chance(0.3) ? publish() : out.length > 0 && d.chance(0.25) ? settle() : d.pick(others)()),
    shown(operation, seen) {
      out = out.filter((one) => one !== operation['delivery']);
      for (const [holder, messages] of Object.entries((seen['deliveries'] ?? {}) as JsonObject)) if (holder !== 'r') for (const message of messages as readonly JsonObject[]) if (typeof message['body'] === 'string' && message['status'] === undefined) out.push(`${holder}:${message['body']}`);
    },
  };
}
