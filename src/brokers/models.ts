/** Brokers' code, loaded when a scenario first uses it. */
import type { RoomFactory } from './contract.ts';

const LOADERS: Readonly<Record<string, () => Promise<RoomFactory>>> = {
  rabbitmq: async () => {
    const { RabbitRoom } = await import('./rabbitmq/room.ts');
    return (host, topology) => new RabbitRoom(host, topology);
  },
  kafka: async () => {
    const { KafkaRoom } = await import('./kafka/room.ts');
    return (host, topology) => new KafkaRoom(host, topology);
  },
  sqs: async () => {
    const { SqsRoom } = await import('./sqs/room.ts');
    return (host, topology) => new SqsRoom(host, topology);
  },
  nats: async () => {
    const { NatsRoom } = await import('./nats/room.ts');
    return (host, topology) => new NatsRoom(host, topology);
  },
  pulsar: async () => {
    const { PulsarRoom } = await import('./pulsar/room.ts');
    return (host, topology) => new PulsarRoom(host, topology);
  },
  'google-pubsub': async () => {
    const { PubSubRoom } = await import('./google-pubsub/room.ts');
    return (host, topology) => new PubSubRoom(host, topology);
  },
  'redis-streams': async () => {
    const { RedisRoom } = await import('./redis-streams/room.ts');
    return (host, topology) => new RedisRoom(host, topology);
  },
  'event-grid': async () => {
    const { EventGridRoom } = await import('./event-grid/room.ts');
    return (host, topology) => new EventGridRoom(host, topology);
  },
  eventbridge: async () => {
    const { EventBridgeRoom } = await import('./eventbridge/room.ts');
    return (host, topology) => new EventBridgeRoom(host, topology);
  },
};
/** Rooms of the families named, of all brokers when none are; families without a model are left out. */
export async function loadModels(families: Iterable<string> = Object.keys(LOADERS)): Promise<Record<string, RoomFactory>> {
  const out: Record<string, RoomFactory> = {};
  for (const family of new Set(families)) {
    const load = LOADERS[family];
    if (load) out[family] = await load();
  }
  return out;
}
