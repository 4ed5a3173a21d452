import type { Catalog } from '../../scenario/descriptor.ts';
import type { Scenario } from '../../scenario/document.ts';
import type { Models } from '../../simulation/simulation.ts';
import { BatchRoom } from './batches.ts';
import { LeaseRoom } from './lease.ts';
import { LogRoom } from './log.ts';
import { WebhookRoom } from './webhook.ts';

export const toyModels: Models = {
  batches: (host, topology) => new BatchRoom(host, topology),
  lease: (host, topology) => new LeaseRoom(host, topology),
  log: (host, topology) => new LogRoom(host, topology),
  webhook: (host, topology) => new WebhookRoom(host, topology),
};
/** Toys have no schema: settings are taken as they stand. */
export const noCatalog: Catalog = { rooms: [], checks: [], node: () => undefined, link: () => undefined, action: () => undefined, wire: () => 'Toys are wired in tests.' };

type Config = Readonly<Record<string, unknown>>;
/** producer → one place of the toy → a reader, latency 2 ms on both links. */
export function toyScenario(toy: string, producer: Config, reader: Config, more: Partial<Scenario> = {}, kind = 'consumer', place: Config = {}): Scenario {
  return {
    version: 1,
    title: toy,
    seed: 7,
    nodes: [
      { id: 'shop', kind: 'producer', config: producer },
      { id: 'place', kind: `${toy}.place`, config: place },
      { id: 'pay', kind, config: reader },
    ],
    links: [
      { id: 'in', kind: 'publish', from: 'shop', to: 'place', config: { latency: '2ms' } },
      { id: 'out', kind: 'consume', from: 'place', to: 'pay', config: { latency: '2ms', jitter: '1ms' } },
    ],
    ...more,
  };
}
