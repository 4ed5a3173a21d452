import type { TopicPartition } from './assignment.ts';
import { HashOrderedSet, hashOfPartition } from './hash-order.ts';

interface Movement {
  readonly from: string;
  readonly to: string;
}

/** Which partitions went from whom to whom during one assignment: so that two members do not swap partitions of a topic for nothing. */
export class PartitionMovements {
  readonly #of = new Map<TopicPartition, Movement>();
  /** topic → "from → to" → partitions */
  readonly #byTopic = new Map<string, Map<string, HashOrderedSet<TopicPartition>>>();

  move(one: TopicPartition, from: string, to: string): void {
    const earlier = this.#of.get(one);
    if (earlier !== undefined) this.#forget(one, earlier);
    // Back where it came from is no movement at all.
    const origin = earlier?.from ?? from;
    if (origin !== to) this.#remember(one, { from: origin, to });
  }

  /** Instead of `one` a partition of the same topic that came the other way: sending that back is one movement less. */
  instead(one: TopicPartition, from: string, to: string): TopicPartition {
    const origin = this.#of.get(one)?.from ?? from;
    return (
      this.#byTopic
        .get(one.topic)
        ?.get(pair({ from: to, to: origin }))
        ?.first() ?? one
    );
  }

  #remember(one: TopicPartition, movement: Movement): void {
    this.#of.set(one, movement);
    let pairs = this.#byTopic.get(one.topic);
    if (pairs === undefined) this.#byTopic.set(one.topic, (pairs = new Map()));
    let partitions = pairs.get(pair(movement));
    if (partitions === undefined) pairs.set(pair(movement), (partitions = new HashOrderedSet(hashOfPartition)));
    partitions.add(one);
  }
  #forget(one: TopicPartition, movement: Movement): void {
    this.#of.delete(one);
    const pairs = this.#byTopic.get(one.topic);
    const partitions = pairs?.get(pair(movement));
    partitions?.delete(one);
    if (partitions?.size === 0) pairs?.delete(pair(movement));
  }
}

const pair = ({ from, to }: Movement) => `${from}\n${to}`;
