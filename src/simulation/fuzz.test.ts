/** Random scenarios: nothing throws, every copy is accounted for, and a restored checkpoint tells the same history. */
import { describe, expect, it } from 'vitest';
import { loadModels } from '../brokers/models.ts';
import { catalog } from '../catalog.ts';
import { parseScenario } from '../scenario/parse.ts';
import { RUN_FOR, randomScenario } from '../testing/arbitraries.ts';
import { randomKafkaScenario } from '../testing/kafka-arbitraries.ts';
import { randomRedisScenario } from '../testing/redis-arbitraries.ts';
import { runTwice } from '../testing/run-twice.ts';
import { varied } from '../testing/variety.ts';

const models = await loadModels(['rabbitmq', 'kafka', 'redis-streams']);
const RUNS = 500;
const GROUP = 50;

const BROKERS = { RabbitMQ: randomScenario, Kafka: randomKafkaScenario, 'Redis Streams': randomRedisScenario };
describe.each(Object.entries(BROKERS))('%s', (_, random) => {
  it.each(Array.from({ length: RUNS / GROUP }, (_, i) => i * GROUP))(
    `seeds from %i: ${GROUP} random scenarios keep their books and replay`,
    (from) => {
      for (let seed = from; seed < from + GROUP; seed++) {
        // Every second one with other clients as well.
        const scenario = seed % 2 === 0 ? random(seed) : varied(random(seed));
        try {
          runTwice(scenario, models, catalog, RUN_FOR);
        } catch (error) {
          throw new Error(`seed ${seed}`, { cause: error });
        }
      }
    },
    60_000,
  );
});
it.each(Object.entries(BROKERS))('random scenarios of %s are legal', (_, random) => {
  let legal = 0;
  for (let seed = 0; seed < 100; seed++) if (parseScenario(JSON.parse(JSON.stringify(varied(random(seed)))), catalog).ok) legal++;
  // A random edit may name what another has removed.
  expect(legal).toBeGreaterThan(60);
});
