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
  return lnOf(m, exponent);
}
/** −ln(1 − t / 2³²) for 32 random bits t: the logarithm behind every exponential draw, without a branch that luck decides. */
export function minusLnOfRest(t: number): number {
  const rest = -t >>> 0;
  if (rest === 0) return 0;
  const zeros = Math.clz32(rest);
  const high = (rest << zeros) >>> 0;
  // 1 where the mantissa is above √2: 1518500249 is √2 · 2³⁰.
  const halved = (1518500249 - (high >>> 1)) >>> 31;
  return -lnOf(high * (2 ** -31 - halved * 2 ** -32), halved - 1 - zeros);
}
/** ln(m · 2^exponent) for m between √½ and √2: 2 artanh(z) for z = (m − 1) / (m + 1), as 1 + q/3 + q²/5 + … in pairs that do not wait for one another. */
function lnOf(m: number, exponent: number): number {
  const z = (m - 1) / (m + 1);
  const q = z * z;
  const q2 = q * q;
  const q4 = q2 * q2;
  const low = 1 + q * C3 + (C5 + q * C7) * q2 + (C9 + q * C11 + (C13 + q * C15) * q2) * q4;
  const high = C17 + q * C19 + (C21 + q * C23) * q2 + q4 * C25;
  return 2 * z * (low + high * (q4 * q4)) + exponent * LN2;
}
const [C3, C5, C7, C9, C11, C13] = [1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11, 1 / 13];
const [C15, C17, C19, C21, C23, C25] = [1 / 15, 1 / 17, 1 / 19, 1 / 21, 1 / 23, 1 / 25];

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
