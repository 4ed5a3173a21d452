/** Virtual seconds per second at the wall, slowest first. */
export const SPEEDS: readonly (readonly [number, string])[] = [
  [0.01, '1/100×'],
  [0.05, '1/20×'],
  [0.25, '1/4×'],
  [0.5, '1/2×'],
  [1, '1×'],
  [2, '2×'],
  [5, '5×'],
  [20, '20×'],
  [100, '100×'],
  [Number.POSITIVE_INFINITY, 'flat out'],
];

/** "1/4×", "flat out". */
export const speedName = (speed: number): string => SPEEDS.find(([s]) => s === speed)?.[1] ?? `${speed}×`;
