import type { Core } from './core.ts';
import type { Consumer, Stream } from './model.ts';

/** In a cluster streams and consumers are there as long as somebody leads them. */

const led = ({ cluster }: Core, id: number): boolean => (cluster.groups.get(id)?.leader ?? 0) >= 0;
export const isLed = (core: Core, stream: Stream): boolean => led(core, stream.id);
/** A consumer that has no group of its own goes with its stream. One that has needs what its leader has of the stream: all, not what a disk held. */
export function isServed(core: Core, consumer: Consumer): boolean {
  const group = core.cluster.groups.get(consumer.id);
  if (group === undefined) return isLed(core, core.stream(consumer));
  return group.leader >= 0 && core.cluster.servers[group.leader]?.disk.has(consumer.stream) !== true;
}
