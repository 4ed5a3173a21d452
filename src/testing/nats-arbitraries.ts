/** Random but legal NATS scenarios: topologies, settings, faults, interventions and edits, all from one seed. */
import type { Scenario, ScenarioLink, ScenarioNode, TimelineEntry } from '../scenario/document.ts';
import { COMMON, commonHappening, consumer, Dice, entryAt, producer, wire, seeded } from './dice.ts';

const streamSettings = (d: Dice) =>
  d.some({
    retention: [0.4, () => d.pick(['interest', 'workqueue'])],
    storage: [0.3, () => 'memory'],
    num_replicas: [0.4, () => d.pick([2, 3, 3, 5])],
    max_msgs: [0.3, () => d.between(1, 30)],
    max_bytes: [0.2, () => d.between(500, 20_000)],
    max_age: [0.2, () => d.pick(['100ms', '700ms', '2s'])],
    max_msgs_per_subject: [0.2, () => d.between(1, 8)],
    max_msg_size: [0.1, () => 1000],
    discard: [0.3, () => 'new'],
    discard_new_per_subject: [0.2, () => true],
    duplicate_window: [0.2, () => d.pick(['100ms', '1s'])],
    no_ack: [0.1, () => true],
    allow_msg_ttl: [0.3, () => true],
    name: [0.05, () => 'same'],
  });
const consumerSettings = (d: Dice) =>
  d.some({
    deliver_policy: [0.4, () => d.pick(['new', 'last', 'last_per_subject', 'by_start_sequence'])],
    opt_start_seq: [0.4, () => d.between(1, 20)],
    ack_policy: [0.4, () => d.pick(['all', 'none'])],
    ack_wait: [0.6, () => d.pick(['60ms', '200ms', '1s'])],
    backoff: [0.2, () => d.pick(['50ms', '100ms 300ms', '20ms 50ms 100ms'])],
    max_deliver: [0.4, () => d.between(1, 5)],
    max_ack_pending: [0.4, () => d.pick([-1, 1, 3, 20])],
    max_waiting: [0.2, () => d.between(1, 3)],
    deliver_subject: [0.3, () => d.pick(['push.a', 'push.b', 'x.y'])],
    deliver_group: [0.3, () => 'team'],
    rate_limit_bps: [0.1, () => 50_000],
    replay_policy: [0.1, () => 'original'],
    inactive_threshold: [0.1, () => '400ms'],
    name: [0.05, () => 'team'],
  });
export function randomNatsScenario(seed: number): Scenario {
  const d = new Dice(seed);
  const homes = d.chance(0.4) ? ['nats', 'edge'] : ['nats'];
  const nodes: ScenarioNode[] = homes.map((id) => ({
    id,
    kind: 'nats.cluster',
    config: d.some({
      nodes: [0.5, () => d.pick([2, 3, 3, 5])],
      routeLatency: [0.3, () => d.pick(['0us', '30ms'])],
      version: [0.6, () => d.pick(['2.9.10', '2.14.5'])],
      max_payload: [0.1, () => 1000],
      sync_interval: [0.5, () => d.pick(['1s', 'always', '10s'])],
      domain: [0.8, () => id],
      ping_interval: [0.7, () => d.pick(['200ms', '1s'])],
      ping_max: [0.5, () => 1],
    }),
  }));
  const links: ScenarioLink[] = [];
  const add = (kind: string, from: string, to: string, config: Record<string, unknown>) => links.push({ id: `l${links.length}`, kind, from, to, config });
  if (homes.length > 1) add('leafnode', 'edge', 'nats', { ...d.some({ reconnect: [0.7, () => d.pick(['100ms', '500ms'])] }), ...wire(d) });
  const streams = Array.from({ length: d.between(1, 3) }, (_, i) => ({ id: `s${i}`, home: d.pick(homes) }));
  const durables = Array.from({ length: d.between(1, 4) }, (_, i) => ({ id: `d${i}`, of: d.pick(streams) }));
  const subjects = Array.from({ length: d.between(0, 2) }, (_, i) => ({ id: `x${i}`, home: d.pick(homes) }));
  for (const { id, home } of streams) nodes.push({ id, kind: 'nats.stream', parent: home, config: { subjects: d.pick([`${id}.*`, `${id}.*`, `${id}.>`, `${id}.a ${id}.b`, 'x.*']), ...streamSettings(d) } });
  for (const { id, of } of durables) {
    nodes.push({ id, kind: 'nats.consumer', parent: of.home, config: consumerSettings(d) });
    add('filter', of.id, id, d.some({ filter_subjects: [0.3, () => d.pick([`${of.id}.A`, `${of.id}.A ${of.id}.B`, `${of.id}.*`, 'x.A'])] }));
  }
  for (const { id, home } of subjects) nodes.push({ id, kind: 'nats.subject', parent: home, config: d.some({ subject: [0.7, () => d.pick(['x.*', 'x.A', '>', 's0.>', 'push.a'])] }) });
  const [from, to] = [d.pick(streams), d.pick(streams)];
  if (d.chance(0.5) && from.id !== to.id) add('source', from.id, to.id, d.some({ filter_subject: [0.5, () => `${from.id}.A`] }));
  for (let i = d.between(1, 3); i > 0; i--) {
    const made = producer(d, `p${i}`);
    nodes.push({ ...made, config: { ...made.config, size: d.pick([10, 500, 3000]) } });
    const client = { ...d.some({ ReconnectBufSize: [0.3, () => 1000] }), ...wire(d) };
    add('publish', `p${i}`, d.pick(streams).id, { ...d.some({ subject: [0.2, () => d.pick(['x.{key}', 's0.{key}', 'nowhere'])], ack: [0.2, () => false], 'Nats-Msg-Id': [0.4, () => true], 'Nats-TTL': [0.2, () => d.pick(['1s', 'never', 'nonsense'])] }), ...client });
    if (subjects.length > 0 && d.chance(0.6)) add('publish', `p${i}`, d.pick(subjects).id, { ...d.some({ subject: [0.5, () => d.pick(['x.{key}', 's0.A'])] }), ...client });
  }
  for (let i = d.between(1, 3); i > 0; i--) {
    nodes.push(consumer(d, `c${i}`));
    for (const { id } of new Set([d.pick(durables), d.pick(durables)])) {
      add('consume', id, `c${i}`, { ...d.some({ PullMaxMessages: [0.8, () => d.between(1, 12)], PullThresholdMessages: [0.3, () => d.between(1, 12)], PullExpiry: [0.7, () => d.pick(['1s', '2s'])], nakDelay: [0.3, () => d.pick(['10ms', '300ms'])] }), ...wire(d) });
    }
    if (subjects.length > 0 && d.chance(0.6)) add('consume', d.pick(subjects).id, `c${i}`, { ...d.some({ queue: [0.4, () => 'team'], pendingMsgLimit: [0.4, () => d.between(1, 5)] }), ...wire(d) });
  }
  const timeline = Array.from({ length: d.between(0, 9) }, (_, i) => happening(d, i, nodes, links));
  return seeded(d, seed, { nodes, links, timeline });
}
function happening(d: Dice, i: number, nodes: readonly ScenarioNode[], links: readonly ScenarioLink[]): TimelineEntry {
  const entry = entryAt(`${d.between(1, 4500)}ms`);
  const one = (kind: string) => d.pick(nodes.filter((n) => n.kind === kind)).id;
  const [home, stream, durable, c, p] = [one('nats.cluster'), one('nats.stream'), one('nats.consumer'), one('consumer'), one('producer')];
  const link = d.pick(links).id;
  const kind = d.below(COMMON + 13);
  if (kind < COMMON) return commonHappening(d, kind, entry, { consumer: c, producer: p, link });
  switch (kind - COMMON) {
    case 0:
      return entry('lose-next-ack', `${c}/1`);
    case 1:
    case 2:
      return entry(d.pick(['kill-nats-server', 'power-loss-nats-server']), home);
    case 3:
    case 4:
      return entry('start-nats-server', home);
    case 5:
      return entry('purge-stream', stream, { keep: d.between(0, 5) });
    case 6:
      return entry(d.pick(['delete-consumer', 'create-consumer', 'pause-consumer', 'resume-consumer']), durable);
    case 7:
      return d.chance(0.5) ? entry('set', stream, streamSettings(d)) : entry('set', durable, consumerSettings(d));
    case 8:
      return entry('set', d.pick(links.filter((l) => l.kind === 'consume' && l.from.startsWith('d'))).id, { PullMaxMessages: d.between(1, 5), latency: '2ms' });
    case 9:
    case 10:
    case 11: {
      const servers = Number(nodes.find(({ id }) => id === home)?.config?.['nodes'] ?? 1);
      return entry(d.pick(['stop-node', 'power-loss-node', 'start-node', 'start-node']), `${home}/node-${d.between(1, servers)}`);
    }
    default:
      return d.chance(0.5) ? entry('remove-link', link) : d.chance(0.6) ? entry('remove-node', d.pick([stream, durable, c, p, home])) : entry('add-node', `extra${i}`, { kind: 'nats.stream', parent: home });
  }
}
