/** Lanes of lock holders in the picture of a queue subscription; when there are more, the last lane is what all others hold. */
export const HOLDER_LANES = 3;
