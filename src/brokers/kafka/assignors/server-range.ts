import { range } from './range.ts';
import type { ServerAssignor } from './server.ts';

/**
 * The coordinator's `range`: topic by topic side by side, static members first. Nothing sticks: a member that comes or goes may move everything.
 * https://kafka.apache.org/44/operations/consumer-rebalance-protocol/
 */
export const serverRange: ServerAssignor = (counts, members) => range(counts, members);
