/** The picture of a cluster's places, read from the server itself. */
import { bytesText } from '../../base/bytes.ts';
import { spanText } from '../../base/time.ts';
import type { Look, LookCell, Topology } from '../contract.ts';
import type { RabbitBroker } from './broker.ts';
import type { EntityPlan, ExchangePlan, QueuePlan } from './declare.ts';

type Gauge = Look['gauges'][number];

/** What the room has heard of the cluster's health. */
export interface Health {
  readonly nodes: readonly string[];
  readonly down: readonly string[];
  readonly alarms: readonly string[];
  /** bytes; 0 = no limit is modelled */
  readonly memoryLimit: number;
}

export function lookAt(server: RabbitBroker, health: Health, topology: Topology, entities: EntityPlan, place: string, cells: number, now: number): Look | undefined {
  const queue = entities.queues.find((q) => q.node === place);
  if (queue) return queueLook(server, queue, isDeadLetterQueue(entities, queue), cells, now);
  const exchange = entities.exchanges.find((e) => e.node === place);
  if (exchange) return exchangeLook(entities, exchange);
  return place === topology.cluster.id ? clusterLook(server, health) : undefined;
}
function queueLook(server: RabbitBroker, plan: QueuePlan, dlq: boolean, cells: number, now: number): Look {
  const counts = server.queueCounts(plan.name);
  const view = server.queues().find((q) => q.queue === plan.name);
  if (!counts || !view) return { lanes: [], gauges: [], health: 'deleted', tone: 'bad' };
  const { ready, unacked: held } = server.peek(plan.name, cells);
  const shownReady = ready.slice(0, Math.max(0, cells - Math.min(held.length, Math.ceil(cells / 2))));
  const shownHeld = held.slice(0, cells - shownReady.length);
  const cell = (c: { message: number; copy: number; redelivered: boolean }, state: LookCell['state']): LookCell => ({ message: c.message, copy: c.copy, state, redelivered: c.redelivered });
  const lane = { cells: [...shownReady.map((c) => cell(c, dlq ? 'dead' : 'ready')), ...shownHeld.map((c) => cell(c, 'held'))], more: counts.ready + counts.unacked - shownReady.length - shownHeld.length };
  const gauges: Gauge[] = [
    { name: 'ready', value: String(counts.ready), of: plan.node },
    { name: 'unacked', value: String(counts.unacked) },
  ];
  if (counts.oldestEnqueuedAt !== null && now - counts.oldestEnqueuedAt > 1e6) gauges.push({ name: 'oldest', value: spanText(now - counts.oldestEnqueuedAt), tone: now - counts.oldestEnqueuedAt > 10e6 ? 'warn' : 'ok' });
  gauges.push({ name: 'consumers', value: String(counts.consumers), ...(counts.consumers === 0 && counts.ready > 0 && !dlq ? { tone: 'warn' as const } : { minor: true }) });
  if (!view.available) return { lanes: [lane], gauges, health: view.type === 'quorum' ? 'no majority' : 'node down', tone: 'bad' };
  return { lanes: [lane], gauges };
}
/** Whether some queue's dead letters are routed here. */
function isDeadLetterQueue({ queues, bindings }: EntityPlan, plan: QueuePlan): boolean {
  return queues.some((q) => q !== plan && bindings.some((b) => b.toKind === 'queue' && b.destination === plan.name && b.source === q.policy['dead-letter-exchange']));
}
function exchangeLook(entities: EntityPlan, exchange: ExchangePlan): Look {
  const bindings = entities.bindings.filter((b) => b.source === exchange.name).length;
  return { lanes: [], gauges: [{ name: bindings === 1 ? 'binding' : 'bindings', value: String(bindings), ...(bindings === 0 ? { tone: 'warn' as const } : {}) }] };
}
function clusterLook(server: RabbitBroker, { nodes, down, alarms, memoryLimit }: Health): Look {
  const up = nodes.length - down.length;
  const used = server.memory();
  const memory = memoryLimit > 0 ? `${Math.round((used / memoryLimit) * 100)}%` : bytesText(used);
  const words = [down.length === 0 ? `${up} node${up === 1 ? '' : 's'}` : `${up} of ${nodes.length} nodes`, `memory ${memory}`, ...alarms.map((a) => `${a} alarm`)];
  const bad = alarms.length > 0 || down.length > 0;
  return {
    lanes: [],
    gauges: [
      { name: 'nodes', value: `${up}/${nodes.length}` },
      { name: 'memory', value: memory, ...(alarms.length > 0 ? { tone: 'bad' as const } : {}) },
    ],
    health: words.join(' · '),
    tone: bad ? 'bad' : 'ok',
  };
}
