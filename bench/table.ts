/** What was measured, beside its target. */
export class Table {
  private readonly rows: Record<string, string>[] = [];
  atLeast(what: string, value: number, target: number, unit = ''): void {
    this.row(what, value, `≥ ${target}${unit}`, value >= target, unit);
  }
  atMost(what: string, value: number, target: number, unit = ''): void {
    this.row(what, value, `≤ ${target}${unit}`, value <= target, unit);
  }
  print(): void {
    console.log('');
    console.table(this.rows);
  }
  private row(what: string, value: number, target: string, met: boolean, unit: string): void {
    this.rows.push({ what, value: `${value >= 100 ? Math.round(value) : value.toPrecision(3)}${unit}`, target, verdict: met ? 'met' : 'missed' });
  }
}
/** Operations a second, at the quickest of three times. */
export function rate(operations: number, run: () => void): number {
  let quickest = Infinity;
  for (let n = 0; n < 3; n++) {
    const from = performance.now();
    run();
    quickest = Math.min(quickest, performance.now() - from);
  }
  return (operations * 1000) / quickest;
}
/** How fast the one is of the other: they take turns, since the machine is now faster and now slower; of five ratios the middle one. */
export function ratio(one: () => number, other: () => number): number {
  const ratios = Array.from({ length: 5 }, () => one() / other());
  return ratios.sort((a, b) => a - b)[2] as number;
}
