/** Partitions of a topic that are drawn; the others are counted in its gauges only. */
export const LANES = 8;
