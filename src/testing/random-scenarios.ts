/** Random but legal scenarios of every broker, by its name in the catalog: one line per broker. */
import type { Scenario } from '../scenario/document.ts';
import { randomEventBridgeScenario } from './eventbridge-arbitraries.ts';
import { randomEventGridScenario } from './event-grid-arbitraries.ts';
import { randomKafkaScenario } from './kafka-arbitraries.ts';
import { randomNatsScenario } from './nats-arbitraries.ts';
import { randomPubSubScenario } from './pubsub-arbitraries.ts';
import { randomPulsarScenario } from './pulsar-arbitraries.ts';
import { randomRabbitScenario } from './rabbitmq-arbitraries.ts';
import { randomRedisScenario } from './redis-arbitraries.ts';
import { randomSqsScenario } from './sqs-arbitraries.ts';
import { varied } from './variety.ts';

interface RandomScenarios {
  readonly make: (seed: number) => Scenario;
  /** How long one is run, µs: long enough for what is slow at this broker. */
  readonly runFor: number;
}
const RANDOM = {
  rabbitmq: { make: randomRabbitScenario, runFor: 5e6 },
  kafka: { make: randomKafkaScenario, runFor: 5e6 },
  sqs: { make: randomSqsScenario, runFor: 5e6 },
  // Elections take up to nine seconds.
  nats: { make: randomNatsScenario, runFor: 12e6 },
  pulsar: { make: randomPulsarScenario, runFor: 5e6 },
  // Deadlines run out twice.
  'google-pubsub': { make: randomPubSubScenario, runFor: 25e6 },
  'redis-streams': { make: randomRedisScenario, runFor: 5e6 },
  // Retries, timeouts and locks that run out.
  'event-grid': { make: randomEventGridScenario, runFor: 75e6 },
  eventbridge: { make: randomEventBridgeScenario, runFor: 5e6 },
} satisfies Readonly<Record<string, RandomScenarios>>;

export type RandomBroker = keyof typeof RANDOM;
export const RANDOM_BROKERS = Object.keys(RANDOM) as readonly RandomBroker[];
/** µs */
export const runFor = (broker: RandomBroker): number => RANDOM[broker].runFor;
/** Every second one with other clients as well. */
export function randomScenario(broker: RandomBroker, seed: number): Scenario {
  const scenario = RANDOM[broker].make(seed);
  return seed % 2 === 0 ? scenario : varied(scenario);
}
