import type { Core } from './core.ts';
import type { Consumer, Stream } from './model.ts';

/** In a cluster streams and consumers are there as long as somebody leads them. */

const led = ({ cluster }: Core, id: number): boolean => (cluster.groups.get(id)?.leader ?? 0) >= 0;
export const isLed = (core: Core, stream: Stream): boolean => led(core, stream.id);
/** A consumer that has no group of its own goes with its stream. */
export const isServed = (core: Core, consumer: Consumer): boolean => (core.cluster.groups.has(consumer.id) ? led(core, consumer.id) : isLed(core, core.stream(consumer)));
