import { createConsumer, deleteConsumer } from './consumers.ts';
import type { Core } from './core.ts';
import type { Snapshot } from './cluster-model.ts';
import type { Consumer, Stream } from './model.ts';
import { freeze, thaw } from './plain.ts';
import { reopen } from './restart.ts';
import { status } from './routing.ts';
import { index, newStore } from './store.ts';

/** Streams as they lie on the disks of servers, and how one takes the place of what is there. */

export function snapshot(core: Core, stream: Stream): number {
  const { cluster } = core;
  const { store, ...rest } = stream;
  const { bySubject: _, ...kept } = store;
  const number = cluster.nextSnapshot++;
  cluster.snapshots.set(number, { term: cluster.groups.get(stream.id)?.term ?? 0, index: store.lastSeq, stream: JSON.stringify(freeze({ ...rest, store: kept })) });
  return number;
}
/** A disk on which there is nothing of the stream. */
export function nothing({ cluster }: Core): number {
  const number = cluster.nextSnapshot++;
  cluster.snapshots.set(number, { term: 0, index: 0, stream: '' });
  return number;
}
/** Snapshots that lie on no disk any more. */
export function forgetSnapshots({ cluster }: Core): void {
  const kept = new Set(cluster.servers.flatMap(({ synced, disk }) => [...synced.values(), ...disk.values()]));
  for (const number of [...cluster.snapshots.keys()]) if (!kept.has(number)) cluster.snapshots.delete(number);
}
/** The stream goes on with what lay on a disk; with nothing it is empty, and its consumers begin anew. */
export function restore(core: Core, name: string, from: Snapshot | undefined): void {
  const stream = core.streams.get(name);
  if (stream === undefined) return;
  const saved = from?.stream ?? '';
  if (saved === '') empty(core, stream);
  else {
    const before = [...stream.consumers.values()];
    for (const old of before) {
      endRequests(core, old);
      core.consumers.delete(old.id);
    }
    const { store, ...rest } = thaw(JSON.parse(saved)) as Stream;
    const back: Stream = { ...rest, config: stream.config, store: { ...store, bySubject: new Map() } };
    for (const message of back.store.messages.values()) index(back.store, message);
    core.streams.set(name, back);
    // Which consumers there are is known to the cluster as a whole; what they had done lies with the stream.
    for (const { id, name: one } of [...back.consumers.values()]) if (!before.some((old) => old.id === id)) back.consumers.delete(one);
    for (const consumer of back.consumers.values()) core.consumers.set(consumer.id, consumer);
    reopen(core, back);
    for (const old of before) if (!back.consumers.has(old.name)) begin(core, back, old);
  }
  core.emit({ kind: 'restored', stream: name });
}
/** Whoever led the consumer knew these requests; whoever leads it now does not. */
export function endRequests(core: Core, { waiting }: Consumer): void {
  for (const { reply } of waiting) status(core, reply, 409, 'Leadership Change');
}
function empty(core: Core, stream: Stream): void {
  Object.assign(stream.store, newStore(stream.config.first_seq, stream.store.tallies !== null));
  stream.ids.clear();
  stream.lastMsgId = '';
  for (const consumer of [...stream.consumers.values()]) begin(core, stream, consumer);
}
function begin(core: Core, stream: Stream, consumer: Consumer): void {
  deleteConsumer(core, stream, consumer, 'deleted');
  createConsumer(core, stream, consumer.config, '', true);
}
