import type { JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import type { Player } from '../contract.ts';
import { assignors } from './assignor-operations.ts';
import { classicGroup } from './classic-operations.ts';
import { cluster } from './cluster-operations.ts';
import { consumerGroup } from './consumer-operations.ts';
import { mixedGroup } from './mixed-operations.ts';
import { producers } from './producer-operations.ts';
import { shareGroup } from './share-operations.ts';

/** Random requests to one broker of Kafka, or to three. A case is about one thing, so that its requests meet. What depends on real time is left to the recorded cases. */

type Make = () => Operation;
/** Requests of one kind of conversation, and what it must hear of the answers. */
export interface Talk {
  /** Settings of the topic that it is about. */
  readonly config?: JsonObject;
  readonly partitions?: number;
  /** How it is made besides. */
  readonly topic?: JsonObject;
  /** Of the cluster; one unless it says more. */
  readonly nodes?: number;
  /** Time to be waited after an operation, ms. */
  readonly calm?: Readonly<Record<string, number>>;
  readonly setup: readonly Operation[];
  readonly makes: readonly Make[];
  heard?(operation: Operation, seen: JsonObject): void;
}
export const TOPIC = 't';
const PARTITIONS = 2;
/** Until every part of a broker has heard of new topics and partitions. */
const NEWS = { topic: 300, addPartitions: 300 };
const TALKS = { producers, classicGroup, consumerGroup, mixedGroup, shareGroup, assignors, cluster };
const USUAL = [producers, producers, classicGroup, classicGroup, consumerGroup, consumerGroup, shareGroup, shareGroup, assignors];

/** @param about one of the conversations; without it any of those that take seconds, and in which nothing is chance */
export function player(d: Dice, about?: string): Player {
  const chosen = Object.entries(TALKS).find(([name]) => name === about)?.[1];
  if (about !== undefined && chosen === undefined) throw new Error(`there are random cases about ${Object.keys(TALKS).join(', ')}`);
  const talk = (chosen ?? d.pick(USUAL))(d);
  const calm: Readonly<Record<string, number>> = { ...NEWS, ...talk.calm };
  let wait = 0;
  const settings: readonly Operation[] = talk.nodes === undefined ? [] : [{ op: 'settings', nodes: talk.nodes }];
  return {
    setup: [...settings, { op: 'topic', topic: TOPIC, ...(talk.topic ?? { partitions: talk.partitions ?? PARTITIONS }), ...(talk.config === undefined ? {} : { config: talk.config }) }, ...talk.setup],
    next() {
      if (wait > 0) {
        const ms = wait;
        wait = 0;
        return { op: 'advance', ms };
      }
      const operation = d.pick(talk.makes)();
      wait = calm[operation.op] ?? 0;
      return operation;
    },
    shown: (operation, seen) => talk.heard?.(operation, seen),
  };
}
