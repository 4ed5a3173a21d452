import type { Scenario } from '../scenario/document.ts';
import { orderProcessing } from './order-processing.ts';

export interface GalleryItem {
  readonly id: string;
  /** One line under its title. */
  readonly about: string;
  readonly scenario: Scenario;
}
/** The first is the opening scenario. */
export const gallery: readonly GalleryItem[] = [{ id: 'order-processing', about: 'topic exchange, quorum queue, a crash', scenario: orderProcessing }];
