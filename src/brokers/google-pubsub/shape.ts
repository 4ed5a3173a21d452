/** Lanes of a subscription's leases in its picture; when there are more subscribers, the last lane is what all others have. */
export const LEASE_LANES = 3;
