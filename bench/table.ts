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
/** Operations a second, the best of three. */
export function best(operations: number, run: () => void): number {
  let quickest = Infinity;
  for (let i = 0; i < 3; i++) {
    const from = performance.now();
    run();
    quickest = Math.min(quickest, performance.now() - from);
  }
  return (operations * 1000) / quickest;
}
