import { sns, sqs } from './aws/broker.ts';
import type { LiveBroker } from './contract.ts';
import { eventbridge } from './eventbridge/broker.ts';
import { googlePubsub } from './google-pubsub/broker.ts';
import { kafka } from './kafka/broker.ts';
import { jetstream, nats } from './nats/broker.ts';
import { pulsar } from './pulsar/broker.ts';
import { rabbitmq } from './rabbitmq/broker.ts';
import { redisStreams } from './redis/broker.ts';

/** Brokers that can be run here, or emulators of such that cannot, by the names of the cases. */
export const liveBrokers: readonly LiveBroker[] = [rabbitmq, redisStreams, nats, jetstream, kafka, pulsar, sqs, sns, googlePubsub, eventbridge];
