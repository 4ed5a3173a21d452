/** What an operator, or a fault, does to a running cluster (pulsar-admin). */
import { micros } from '../../base/time.ts';
import type { Partition } from './partition.ts';
import type { Places } from './places.ts';
import { clearBacklog } from './policies.ts';
import type { PulsarServer } from './server.ts';
import type { Subscription } from './subscription.ts';

type Parameters = Readonly<Record<string, unknown>>;
/** What is to be told of it. */
export interface Told {
  readonly kind: 'crashed' | 'restarted';
  readonly actor: string;
  readonly reason: string;
}
export interface Done {
  readonly says: string;
  readonly told: readonly Told[];
}
const said = (says: string, told: readonly Told[] = []): Done => ({ says, told });
const broker = (cluster: string, b: number, up: boolean): Told => ({ kind: up ? 'restarted' : 'crashed', actor: `${cluster}/node-${b + 1}`, reason: 'pulsar.broker_down' });
const bookie = (cluster: string, b: number, up: boolean): Told => ({ kind: up ? 'restarted' : 'crashed', actor: `${cluster}/bookie-${b + 1}`, reason: 'pulsar.bookie_down' });

/** @returns what was done; undefined when this is no action of this cluster */
export function operate(server: PulsarServer, places: Places, action: string, on: string, parameters: Parameters): Done | undefined {
  const topic = places.topics.find(({ node }) => node === on);
  if (topic !== undefined) return onTopic(server, topic.name, action, parameters);
  const { cluster } = places;
  if (on !== cluster && !on.startsWith(`${cluster}/`)) return undefined;
  const node = Number(/\/node-(\d+)$/.exec(on)?.[1] ?? 0) - 1;
  const chosen = Number(parameters['bookie'] ?? 1) - 1;
  const { brokers, bookies } = server.options;
  switch (action) {
    case 'stop-node':
      return node >= 0 && node < brokers ? stop(server, cluster, [node]) : undefined;
    case 'start-node':
      return node >= 0 && node < brokers ? start(server, cluster, [node]) : undefined;
    case 'stop-cluster':
      return stop(server, cluster, all(brokers));
    case 'start-cluster': {
      const told = all(bookies).flatMap((b) => (server.bookies.isUp(b) ? [] : [bookie(cluster, b, true)]));
      for (const b of all(bookies)) {
        server.startBookie(b);
        server.bookies.slowDown(b, 0);
      }
      const started = start(server, cluster, all(brokers));
      return said(started.says, [...told, ...started.told]);
    }
    case 'stop-bookie':
      if (chosen >= bookies || !server.bookies.isUp(chosen)) return said(`There is no bookie ${chosen + 1} to stop.`);
      server.stopBookie(chosen);
      return said(`Bookie ${chosen + 1} of ${cluster} stopped.`, [bookie(cluster, chosen, false)]);
    case 'start-bookie': {
      const back = all(bookies).filter((b) => !server.bookies.isUp(b));
      for (const b of back) server.startBookie(b);
      return said(
        `All bookies of ${cluster} are up.`,
        back.map((b) => bookie(cluster, b, true)),
      );
    }
    case 'slow-bookie':
      server.bookies.slowDown(chosen, micros(String(parameters['by'] ?? '50ms')));
      return said(`Bookie ${chosen + 1} of ${cluster} is slow.`);
    case 'bookies-at-speed':
      for (const b of all(bookies)) server.bookies.slowDown(b, 0);
      return said(`All bookies of ${cluster} are at their speed.`);
    default:
      return undefined;
  }
}
const all = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
function stop(server: PulsarServer, cluster: string, brokers: readonly number[]): Done {
  const up = new Set(server.up);
  const going = brokers.filter((b) => up.has(b));
  for (const b of going) server.crashBroker(b);
  return said(
    `${going.length} broker${going.length === 1 ? '' : 's'} of ${cluster} went down.`,
    going.map((b) => broker(cluster, b, false)),
  );
}
function start(server: PulsarServer, cluster: string, brokers: readonly number[]): Done {
  const up = new Set(server.up);
  const coming = brokers.filter((b) => !up.has(b));
  for (const b of coming) server.startBroker(b);
  return said(
    `${coming.length} broker${coming.length === 1 ? '' : 's'} of ${cluster} started.`,
    coming.map((b) => broker(cluster, b, true)),
  );
}
function onTopic(server: PulsarServer, name: string, action: string, parameters: Parameters): Done | undefined {
  const partitions = server.partitionsOf(name).flatMap((one) => server.partition(one) ?? []);
  const subscription = String(parameters['subscription'] ?? '');
  const each = (todo: (p: Partition, s: Subscription) => void, done: string): Done => {
    const found = partitions.filter((p) => p.serving).flatMap((p) => [...p.subscriptions.values()].filter((s) => subscription === '' || s.name === subscription).map((s) => ({ p, s })));
    for (const { p, s } of found) todo(p, s);
    return said(found.length === 0 ? `No such subscription of ${name}, or no broker.` : done);
  };
  switch (action) {
    case 'unload-topic':
      for (const p of partitions) server.unload(p);
      return said(`${name} moves to another broker.`);
    case 'reset-cursor':
      return each((p, s) => server.resetCursor(p, s, parameters['to'] === 'latest' ? 'latest' : 'earliest'), `The cursor of ${name} was reset.`);
    case 'clear-backlog':
      return each((p, s) => clearBacklog(server, p, s, 'skipped'), `The backlog of ${name} was skipped.`);
    case 'unsubscribe':
      return each((p, s) => server.unsubscribe(p, s), `The subscription of ${name} was deleted.`);
    default:
      return undefined;
  }
}
