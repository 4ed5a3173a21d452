/** Lanes of a group's consumers in its picture; when there are more consumers, the last lane is what all others have. */
export const CONSUMER_LANES = 3;
