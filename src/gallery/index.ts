import type { Scenario } from '../scenario/document.ts';
import { biggerQueue } from './bigger-queue.ts';
import { competingConsumers } from './competing-consumers.ts';
import { confirmedButNowhere } from './confirmed-but-nowhere.ts';
import { orderProcessing } from './order-processing.ts';
import { poisonMessage } from './poison-message.ts';
import { ttlBehindTheHead } from './ttl-behind-the-head.ts';

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
];
