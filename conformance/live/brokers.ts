import type { LiveBroker } from './contract.ts';
import { kafka } from './kafka/broker.ts';
import { jetstream, nats } from './nats/broker.ts';
import { pulsar } from './pulsar/broker.ts';
import { rabbitmq } from './rabbitmq/broker.ts';
import { redisStreams } from './redis/broker.ts';

/** Brokers that can be run here, by the names of the cases. */
export const liveBrokers: readonly LiveBroker[] = [rabbitmq, redisStreams, nats, jetstream, kafka, pulsar];
