import { murmur3 } from '../../base/murmur3.ts';
import { utf8Bytes } from '../../base/utf8.ts';
import type { ScenarioNode } from '../../scenario/document.ts';

/** A super stream: streams behind a direct exchange, as `rabbitmq-streams add_super_stream` makes it. https://www.rabbitmq.com/docs/streams#super-streams */

export const SUPER_STREAM = 'rabbitmq.super-stream';
export const partitionsOf = (node: ScenarioNode): number => (typeof node.config?.['partitions'] === 'number' ? node.config['partitions'] : 3);
export const partitionName = (superStream: string, partition: number): string => `${superStream}-${partition}`;

const SEED = 104_729;
/** To which partition a client sends a routing key: by its hash, or to the partition that is bound with it; undefined when none is. */
export function partitionFor(routingKey: string, partitions: number, routing: unknown): number | undefined {
  if (routing !== 'key') return (murmur3(utf8Bytes(routingKey), SEED) >>> 0) % partitions;
  const named = /^\d+$/.test(routingKey) ? Number(routingKey) : -1;
  return named >= 0 && named < partitions && String(named) === routingKey ? named : undefined;
}
