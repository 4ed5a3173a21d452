/** ln and exp out of operations that IEEE-754 rounds exactly: Math.log and Math.exp differ between browsers in the last bit. */
const LN2 = 0.6931471805599453;
const SQRT_HALF = 0.7071067811865476;

/** Natural logarithm of a finite x > 0; relative error below 1e-15. */
export function ln(x: number): number {
  let exponent = 0;
  let m = x;
  while (m >= 2) {
    m /= 2;
    exponent++;
  }
  while (m < 1) {
    m *= 2;
    exponent--;
  }
  if (m > 2 * SQRT_HALF) {
    m /= 2;
    exponent++;
  }
  return lnNearOne(m) + exponent * LN2;
}
/** ln m for m between √½ and √2: 2 artanh(z) for z = (m − 1) / (m + 1), as z + z³/3 + z⁵/5 + … */
function lnNearOne(m: number): number {
  const z = (m - 1) / (m + 1);
  const q = z * z;
  let sum = 0;
  for (let k = 25; k >= 1; k -= 2) sum = sum * q + 1 / k;
  return 2 * z * sum;
}

/** Cells into which the mantissas from 1 to 2 are cut; those from √2 on count as from √½ to 1, one binary place higher. */
const CELLS = 128;
const LAST_BELOW_SQRT2 = 53;
/** By cell: about 1 over its middle, in so few binary places that its product with a mantissa of 32 bits is exact; and that one's logarithm. */
const INVERSE = new Float64Array(CELLS);
const LN_INVERSE = new Float64Array(CELLS);
for (let cell = 0; cell < CELLS; cell++) {
  const above = cell > LAST_BELOW_SQRT2 ? 1 : 0;
  const middle = (1 + (cell + 0.5) / CELLS) / (1 + above);
  // The last cell touches 1, where the logarithm vanishes.
  const inverse = cell === CELLS - 1 ? 1 : Math.round(1024 / middle) / 1024;
  INVERSE[cell] = inverse * 2 ** -(31 + above);
  LN_INVERSE[cell] = ln(inverse);
}
/** −ln(1 − t / 2³²) for 32 random bits t, relative error below 1e-15: the logarithm behind every exponential draw, without a division. */
export function minusLnOfRest(t: number): number {
  const rest = -t >>> 0;
  if (rest === 0) return 0;
  const zeros = Math.clz32(rest);
  const mantissa = (rest << zeros) >>> 0;
  const cell = (mantissa >>> 24) & (CELLS - 1);
  const above = (LAST_BELOW_SQRT2 - cell) >>> 31;
  // ln(1 + r) for |r| < 1/127, six terms.
  const r = mantissa * (INVERSE[cell] as number) - 1;
  const q = r * r;
  const series = r - q * (1 / 2 - r * (1 / 3)) - q * q * (1 / 4 - r * (1 / 5) + q * (1 / 6));
  return (LN_INVERSE[cell] as number) + (zeros + 1 - above) * LN2 - series;
}

/** e to the x, for |x| < 700; relative error below 1e-14. */
export function exp(x: number): number {
  const k = Math.round(x / LN2);
  const r = x - k * LN2;
  let sum = 1;
  for (let i = 20; i >= 1; i--) sum = 1 + (sum * r) / i;
  let scale = 1;
  for (let i = 0; i < Math.abs(k); i++) scale *= 2;
  return k >= 0 ? sum * scale : sum / scale;
}
