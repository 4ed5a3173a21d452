/** Numbers that no longer change, in as few bytes as they allow: how far each lies above the least of them. */
export interface Sealed {
  readonly least: number;
  readonly above: Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;
}
/** All of one number need no bytes of their own: they share these. */
const NONE = new Map<number, Sealed['above']>();

/** @returns the same numbers; as they are, when they are not whole or lie too far apart */
export function seal(numbers: Float64Array | Int32Array): Sealed {
  const all = new Float64Array(numbers);
  let least = Infinity;
  let most = -Infinity;
  let whole = true;
  for (let i = 0; i < all.length; i++) {
    const value = all[i] as number;
    if (value < least) least = value;
    if (value > most) most = value;
    if (Math.floor(value) !== value) whole = false;
  }
  const span = most - least;
  if (!whole || !(span < 2 ** 32)) return asIs(numbers);
  if (span === 0) return { least, above: nothingAbove(all.length) };
  for (let i = 0; i < all.length; i++) all[i] = (all[i] as number) - least;
  return { least, above: span < 256 ? new Uint8Array(all) : span < 65_536 ? new Uint16Array(all) : new Uint32Array(all) };
}
/** The numbers themselves, read in the same way. */
export const asIs = (numbers: Float64Array | Int32Array): Sealed => ({ least: 0, above: numbers });
export const bytesOf = ({ above }: Sealed): number => (above === NONE.get(above.length) ? 0 : above.byteLength);

function nothingAbove(length: number): Sealed['above'] {
  let zeros = NONE.get(length);
  if (!zeros) NONE.set(length, (zeros = new Uint8Array(length)));
  return zeros;
}
