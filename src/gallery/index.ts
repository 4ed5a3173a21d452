import type { Scenario } from '../scenario/document.ts';
import { acknowledgedThenVanished } from './acknowledged-then-vanished.ts';
import { autoCommit } from './auto-commit.ts';
import { badRecord } from './bad-record.ts';
import { biggerQueue } from './bigger-queue.ts';
import { competingConsumers } from './competing-consumers.ts';
import { confirmedButNowhere } from './confirmed-but-nowhere.ts';
import { noFaster } from './no-faster.ts';
import { orderProcessing } from './order-processing.ts';
import { partitionsAdded } from './partitions-added.ts';
import { poisonMessage } from './poison-message.ts';
import { rideMatching } from './ride-matching.ts';
import { thrownOut } from './thrown-out.ts';
import { ttlBehindTheHead } from './ttl-behind-the-head.ts';
import { twoEmails } from './two-emails.ts';
import { twoThreeOne } from './two-three-one.ts';

export interface GalleryItem {
  readonly id: string;
  /** One line under its title. */
  readonly about: string;
  readonly scenario: Scenario;
}
/** The first is the opening scenario. */
export const gallery: readonly GalleryItem[] = [
  { id: 'order-processing', about: 'charged twice: a crash before the ack', scenario: orderProcessing },
  { id: 'competing-consumers', about: 'prefetch and idle workers', scenario: competingConsumers },
  { id: 'poison-message', about: 'delivery limit, dead letters, redrive', scenario: poisonMessage },
  { id: 'ttl-behind-the-head', about: 'per-message TTL in a classic queue', scenario: ttlBehindTheHead },
  { id: 'confirmed-but-nowhere', about: 'unroutable, mandatory, alternate exchange', scenario: confirmedButNowhere },
  { id: 'bigger-queue', about: 'depth, age, then the memory alarm', scenario: biggerQueue },
  { id: 'partitions-added', about: 'same key, another partition', scenario: partitionsAdded },
  { id: 'thrown-out', about: 'max.poll.interval.ms, and a late commit', scenario: thrownOut },
  { id: 'auto-commit', about: 'committed before the work; begun at the end', scenario: autoCommit },
  { id: 'two-three-one', about: 'a retry without idempotence', scenario: twoThreeOne },
  { id: 'bad-record', about: 'a partition waits; a retry topic breaks order', scenario: badRecord },
  { id: 'no-faster', about: 'idle members; eager, cooperative, static', scenario: noFaster },
  { id: 'acknowledged-then-vanished', about: 'acks=1 and a leader that dies', scenario: acknowledgedThenVanished },
  { id: 'two-emails', about: 'exactly-once ends where the effect begins', scenario: twoEmails },
  { id: 'ride-matching', about: 'a hot region among twelve partitions', scenario: rideMatching },
];
