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
  const zz = z * z;
  let sum = 0;
  for (let k = 25; k >= 1; k -= 2) sum = sum * zz + 1 / k;
  return 2 * z * sum + exponent * LN2;
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
