import type { ClusterState } from './cluster-model.ts';
import type { Core, Settings } from './core.ts';
import type { NatsEvent } from './events.ts';
import type { Client, Store, Stream } from './model.ts';
import { freeze, thaw } from './plain.ts';
import { index } from './store.ts';

/** The whole server as plain data. What follows from other state is left out and made again. */

type StreamState = Omit<Stream, 'store'> & { readonly store: Omit<Store, 'bySubject'> };
interface State {
  readonly settings: Settings;
  readonly cluster: ClusterState;
  readonly counters: Core['counters'];
  readonly clients: Map<string, Client>;
  readonly streams: StreamState[];
  readonly out: NatsEvent[];
}

export function saveCore(core: Core): unknown {
  const streams = [...core.streams.values()].map(({ store: { bySubject: _, ...store }, ...rest }) => ({ ...rest, store }));
  const state: State = { settings: core.settings, cluster: core.cluster, counters: core.counters, clients: core.clients, streams, out: core.out };
  return freeze(state);
}

export function loadCore(core: Core, saved: unknown): void {
  const state = thaw(saved) as State;
  core.settings = state.settings;
  core.cluster = state.cluster;
  core.counters = state.counters;
  core.out.splice(0, core.out.length, ...state.out);
  core.tasks.splice(0);
  for (const map of [core.routes, core.clients, core.streams, core.consumers]) map.clear();
  for (const [name, client] of state.clients) core.clients.set(name, client);
  for (const { store, ...rest } of state.streams) {
    const stream: Stream = { ...rest, store: { ...store, bySubject: new Map() } };
    for (const message of stream.store.messages.values()) index(stream.store, message);
    core.streams.set(stream.name, stream);
    for (const consumer of stream.consumers.values()) core.consumers.set(consumer.id, consumer);
  }
}
