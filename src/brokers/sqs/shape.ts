/** Lanes of a FIFO queue that show one group each. */
export const GROUP_LANES = 4;
