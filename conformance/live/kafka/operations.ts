import type { JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import type { Player } from '../contract.ts';
import { assignors } from './assignor-operations.ts';
import { classicGroup } from './classic-operations.ts';
import { consumerGroup } from './consumer-operations.ts';
import { producers } from './producer-operations.ts';
import { shareGroup } from './share-operations.ts';

/** Random requests to one broker of Kafka. A case is about one thing, so that its requests meet. What depends on real time is left to the recorded cases. */

type Make = () => Operation;
/** Requests of one kind of conversation, and what it must hear of the answers. */
export interface Talk {
  /** Settings of the topic that it is about. */
  readonly config?: JsonObject;
  readonly partitions?: number;
  readonly setup: readonly Operation[];
  readonly makes: readonly Make[];
  heard?(operation: Operation, seen: JsonObject): void;
}
export const TOPIC = 't';
const PARTITIONS = 2;
/** Until every part of a broker has heard of new topics and partitions. */
const NEWS: Operation = { op: 'advance', ms: 300 };
const NEWSWORTHY = new Set(['topic', 'addPartitions']);

export function player(d: Dice): Player {
  const talk = d.pick([producers, producers, classicGroup, classicGroup, consumerGroup, consumerGroup, shareGroup, shareGroup, assignors])(d);
  let news = false;
  return {
    setup: [{ op: 'topic', topic: TOPIC, partitions: talk.partitions ?? PARTITIONS, ...(talk.config === undefined ? {} : { config: talk.config }) }, ...talk.setup],
    next() {
      if (news) {
        news = false;
        return NEWS;
      }
      const operation = d.pick(talk.makes)();
      news = NEWSWORTHY.has(operation.op);
      return operation;
    },
    shown: (operation, seen) => talk.heard?.(operation, seen),
  };
}
