import type { Scenario } from '../scenario/document.ts';
import { orderProcessing } from './order-processing.ts';

export interface GalleryItem {
  readonly id: string;
  readonly title: string;
  /** One line under its title. */
  readonly about: string;
  /** The broker whose character it shows. */
  readonly broker: string;
  /** The first screen waits for none but the opening one. */
  load(): Promise<Scenario>;
}
/** The first is the opening scenario. */
export const gallery: readonly GalleryItem[] = [
  { id: 'order-processing', title: 'Order processing', about: 'charged twice: a crash before the ack', broker: 'RabbitMQ', load: async () => orderProcessing },
  { id: 'competing-consumers', title: 'One worker holds everything', about: 'prefetch and idle workers', broker: 'RabbitMQ', load: async () => (await import('./competing-consumers.ts')).competingConsumers },
  { id: 'one-or-all', title: 'One of them, or all of them', about: 'point-to-point and publish-subscribe side by side', broker: 'RabbitMQ', load: async () => (await import('./one-or-all.ts')).oneOrAll },
  { id: 'poison-message', title: 'A poison message, and back again', about: 'delivery limit, dead letters, redrive', broker: 'RabbitMQ', load: async () => (await import('./poison-message.ts')).poisonMessage },
  { id: 'ttl-behind-the-head', title: 'The two-second message that left after twelve', about: 'per-message TTL in a classic queue', broker: 'RabbitMQ', load: async () => (await import('./ttl-behind-the-head.ts')).ttlBehindTheHead },
  { id: 'confirmed-but-nowhere', title: 'Confirmed, and nobody got it', about: 'unroutable, mandatory, alternate exchange', broker: 'RabbitMQ', load: async () => (await import('./confirmed-but-nowhere.ts')).confirmedButNowhere },
  { id: 'bigger-queue', title: 'A bigger queue is not backpressure', about: 'depth, age, then the memory alarm', broker: 'RabbitMQ', load: async () => (await import('./bigger-queue.ts')).biggerQueue },
  { id: 'stream-replay', title: 'Where does a stream go on?', about: 'stored offsets, next, and a replay on the wrong wire', broker: 'RabbitMQ', load: async () => (await import('./stream-replay.ts')).streamReplay },
  { id: 'super-stream', title: 'One reader per partition', about: 'a super stream with single active consumers', broker: 'RabbitMQ', load: async () => (await import('./super-stream.ts')).superStream },
  { id: 'partitions-added', title: 'Order lost when partitions are added', about: 'same key, another partition', broker: 'Apache Kafka', load: async () => (await import('./partitions-added.ts')).partitionsAdded },
  { id: 'thrown-out', title: 'Thrown out, and everything again', about: 'max.poll.interval.ms, and a late commit', broker: 'Apache Kafka', load: async () => (await import('./thrown-out.ts')).thrownOut },
  { id: 'auto-commit', title: 'Auto-commit loses, latest loses the rest', about: 'committed before the work; begun at the end', broker: 'Apache Kafka', load: async () => (await import('./auto-commit.ts')).autoCommit },
  { id: 'two-three-one', title: '1, 2, 3 written as 2, 3, 1', about: 'a retry without idempotence', broker: 'Apache Kafka', load: async () => (await import('./two-three-one.ts')).twoThreeOne },
  { id: 'bad-record', title: 'One bad record stops a partition', about: 'a partition waits; a retry topic breaks order', broker: 'Apache Kafka', load: async () => (await import('./bad-record.ts')).badRecord },
  { id: 'no-faster', title: 'More consumers, no faster; deploys that freeze', about: 'idle members; eager, cooperative, static', broker: 'Apache Kafka', load: async () => (await import('./no-faster.ts')).noFaster },
  { id: 'acknowledged-then-vanished', title: 'Acknowledged, then vanished', about: 'acks=1 and a leader that dies', broker: 'Apache Kafka', load: async () => (await import('./acknowledged-then-vanished.ts')).acknowledgedThenVanished },
  { id: 'two-emails', title: 'Exactly-once, yet two e-mails', about: 'exactly-once ends where the effect begins', broker: 'Apache Kafka', load: async () => (await import('./two-emails.ts')).twoEmails },
  { id: 'share-group', title: 'A queue on a log: share group', about: 'four workers on one partition; a lock that runs out', broker: 'Apache Kafka', load: async () => (await import('./share-group.ts')).shareGroup },
  { id: 'ride-matching', title: 'Ride matching with a hot region', about: 'a hot region among twelve partitions', broker: 'Apache Kafka', load: async () => (await import('./ride-matching.ts')).rideMatching },
  { id: 'duplicates-at-the-seam', title: 'Duplicates at the seam', about: 'a bridge dies between confirm and commit', broker: 'Between brokers', load: async () => (await import('./duplicates-at-the-seam.ts')).duplicatesAtTheSeam },
  { id: 'two-functions', title: 'The same message to two functions, and nothing failed', about: 'the visibility timeout runs while a batch is gathered', broker: 'Amazon SQS', load: async () => (await import('./two-functions.ts')).twoFunctions },
  { id: 'blocked-customer', title: 'One failure blocked the customer, then both went to the DLQ', about: 'FIFO groups, batches, redrive', broker: 'Amazon SQS', load: async () => (await import('./blocked-customer.ts')).blockedCustomer },
  { id: 'never-seen', title: 'The DLQ is full of messages my code never saw', about: 'throttled calls count as receives', broker: 'Amazon SQS', load: async () => (await import('./never-seen.ts')).neverSeen },
  { id: 'dead-consumer', title: 'What a dead consumer leaves behind', about: 'pending lists, claiming, a deleted consumer', broker: 'Redis Streams', load: async () => (await import('./dead-consumer.ts')).deadConsumer },
  { id: 'chat-delivery', title: 'Chat: online now, offline later', about: 'catch-up by ID, $, and what MAXLEN took', broker: 'Redis Streams', load: async () => (await import('./chat-delivery.ts')).chatDelivery },
  { id: 'ack-wait-in-the-buffer', title: 'The ack wait runs in the buffer', about: 'ack_wait begins when a message is sent', broker: 'NATS', load: async () => (await import('./ack-wait-in-the-buffer.ts')).ackWaitInTheBuffer },
  { id: 'leaf-nodes', title: 'Sensors at the edge, and a link that fails', about: 'leaf nodes: a hole, and a stream that catches up', broker: 'NATS', load: async () => (await import('./leaf-nodes.ts')).leafNodes },
  { id: 'three-acknowledgements', title: 'Acknowledged by three servers, gone with the power', about: 'replicas, elections, and files that are not synced', broker: 'NATS', load: async () => (await import('./three-acknowledgements.ts')).threeAcknowledgements },
  { id: 'eleven-seconds', title: 'Eleven seconds of work, ten seconds of deadline', about: 'leases, late acks, an ordering key that comes again', broker: 'Google Cloud Pub/Sub', load: async () => (await import('./eleven-seconds.ts')).elevenSeconds },
  { id: 'push-slow-start', title: 'Push begins slowly, and pull retries at once', about: 'slow start, backoff, five attempts in two seconds', broker: 'Google Cloud Pub/Sub', load: async () => (await import('./push-slow-start.ts')).pushSlowStart },
  { id: 'thirty-three-milliseconds', title: 'Opened, closed, 33 ms apart', about: 'a bus that keeps no order', broker: 'Amazon EventBridge', load: async () => (await import('./thirty-three-milliseconds.ts')).thirtyThreeMilliseconds },
  { id: 'serverless-bus', title: 'A deploy breaks a function, a replay breaks the rest', about: 'retries, dead letters, archive and replay', broker: 'Amazon EventBridge', load: async () => (await import('./serverless-bus.ts')).serverlessBus },
  { id: 'webhook-answers', title: 'What a webhook answers', about: '400 and gone; a crash and twice; 503 and late', broker: 'Azure Event Grid', load: async () => (await import('./webhook-answers.ts')).webhookAnswers },
  { id: 'lock-in-the-client', title: 'The lock runs while the event waits', about: 'maxEvents, a lock of 60 s, and acknowledgements in vain', broker: 'Azure Event Grid', load: async () => (await import('./lock-in-the-client.ts')).lockInTheClient },
  { id: 'one-unacked', title: 'One unacked message starves the new consumers', about: 'Key_Shared before and after draining hashes', broker: 'Apache Pulsar', load: async () => (await import('./one-unacked.ts')).oneUnacked },
  { id: 'dead-letters-gone', title: 'Put off, out of order, and gone', about: 'negative acks, and a dead letter topic nobody reads', broker: 'Apache Pulsar', load: async () => (await import('./dead-letters-gone.ts')).deadLettersGone },
];
