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
/** What is measured a second, the quickest of three times. */
export const quickest = (perSecond: () => number): number => Math.max(perSecond(), perSecond(), perSecond());
/** Operations a second. */
export function rate(operations: number, run: () => void): number {
  return quickest(() => {
    const from = performance.now();
    run();
    return (operations * 1000) / (performance.now() - from);
  });
}
/** How fast the one is of the other: they take turns, since the machine is now faster and now slower; of five ratios the middle one. */
export function ratio(one: () => number, other: () => number): number {
  const ratios = Array.from({ length: 5 }, () => one() / other());
  return ratios.sort((a, b) => a - b)[2] as number;
}
