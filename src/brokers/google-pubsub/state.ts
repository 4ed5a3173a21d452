/** The service's tables as plain data, and back: for checkpoints. */
import { copyOf } from '../../base/copy.ts';
import { Deque } from '../../base/deque.ts';
import type { Core, Hold } from './core.ts';
import { parseFilter } from './filter.ts';
import type { Bucket, Entry, OrderedKey, Pull, Snapshot, Stored, Stream, Subscription, Topic } from './model.ts';

type Plain<T, Changed> = Omit<T, keyof Changed> & Changed;
type SavedStream = Plain<Stream, { parked: string[] }>;
type SavedSubscription = Plain<Subscription, { filter: null; entries: (readonly [number, Entry])[]; byAge: number[]; again: number[]; fresh: number[]; keys: (readonly [string, OrderedKey])[]; readyKeys: string[]; streams: (readonly [string, SavedStream])[]; pulls: Pull[] }>;
type SavedTopic = Plain<Topic, { log: Stored[]; keyQuota: (readonly [string, Bucket])[] }>;
interface Saved {
  readonly topics: (readonly [string, SavedTopic])[];
  readonly subscriptions: (readonly [string, SavedSubscription])[];
  readonly snapshots: (readonly [string, Snapshot])[];
  readonly names: (readonly [number, string])[];
  readonly leases: (readonly [number, { readonly subscription: number; readonly seq: number }])[];
  readonly holds: (readonly [number, Hold])[];
  readonly waits: (readonly [number, number])[];
  readonly counters: Core['counters'];
  readonly down: boolean;
}

export function saveCore(core: Core): unknown {
  const saved: Saved = {
    topics: [...core.topics].map(([name, topic]) => [name, { ...topic, log: topic.log.slice(topic.first), first: 0, keyQuota: [...topic.keyQuota] }]),
    subscriptions: [...core.subscriptions].map(([name, one]) => [
      name,
      {
        ...one,
        ...{ filter: null, entries: [...one.entries], byAge: [...one.byAge], again: [...one.again], fresh: [...one.fresh], keys: [...one.keys], readyKeys: [...one.readyKeys], pulls: [...one.pulls] },
        streams: [...one.streams].map(([client, stream]) => [client, { ...stream, parked: [...stream.parked] }]),
      },
    ]),
    ...{ snapshots: [...core.snapshots], names: [...core.names], leases: [...core.leases], holds: [...core.holds], waits: [...core.waits], counters: core.counters, down: core.down },
  };
  return copyOf(saved);
}
export function loadCore(core: Core, state: unknown): void {
  const saved = copyOf(state as Saved);
  refill(
    core.topics,
    saved.topics.map(([name, topic]) => [name, { ...topic, keyQuota: new Map(topic.keyQuota) }]),
  );
  refill(
    core.subscriptions,
    saved.subscriptions.map(([name, one]) => {
      const filter = parseFilter(one.config.filter);
      const streams = new Map(one.streams.map(([client, stream]) => [client, { ...stream, parked: new Deque(stream.parked) }]));
      const lines = { byAge: new Deque(one.byAge), again: new Deque(one.again), fresh: new Deque(one.fresh), readyKeys: new Deque(one.readyKeys), pulls: new Deque(one.pulls) };
      return [name, { ...one, ...lines, filter: typeof filter === 'string' ? null : filter, entries: new Map(one.entries), keys: new Map(one.keys), streams }];
    }),
  );
  refill(core.snapshots, saved.snapshots);
  refill(core.names, saved.names);
  refill(core.leases, saved.leases);
  refill(core.holds, saved.holds);
  refill(core.waits, saved.waits);
  Object.assign(core.counters, saved.counters);
  core.down = saved.down;
}
function refill<K, V>(map: Map<K, V>, rows: Iterable<readonly [K, V]>): void {
  map.clear();
  for (const [key, value] of rows) map.set(key, value);
}
