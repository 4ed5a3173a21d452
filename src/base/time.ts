/** Durations and instants of virtual time: whole µs inside, strings with a unit in documents. */
const UNITS: Readonly<Record<string, number>> = { us: 1, µs: 1, ms: 1e3, s: 1e6, min: 60e6, m: 60e6, h: 3600e6, d: 86400e6 };

/** "80ms", "1.5s", "2min", "250us" → µs; undefined when it is not a duration. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(us|µs|ms|s|min|m|h|d)$/.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  return match && unit ? Math.round(Number(match[1]) * unit) : undefined;
}
/** Of a string that has been checked before; throws on any other. */
export function micros(text: string): number {
  const us = parseDuration(text);
  if (us === undefined) throw new Error(`not a duration: ${text}`);
  return us;
}
/** µs → the shortest exact string that `parseDuration` reads back. */
export function durationText(us: number): string {
  for (const [unit, size] of [
    ['h', 3600e6],
    ['min', 60e6],
    ['s', 1e6],
    ['ms', 1e3],
  ] as const) {
    if (us >= size && us % size === 0) return `${us / size}${unit}`;
  }
  return us >= 1e6 ? `${us / 1e6}s` : us >= 1e3 ? `${us / 1e3}ms` : `${us}us`;
}
/** 12 418 000 → "00:12.418": minutes, seconds, milliseconds. */
export function clockText(us: number): string {
  const ms = Math.floor(us / 1000);
  const pad = (n: number, width: number) => String(n).padStart(width, '0');
  const minutes = Math.floor(ms / 60000);
  const clock = `${pad(minutes % 60, 2)}:${pad(Math.floor(ms / 1000) % 60, 2)}.${pad(ms % 1000, 3)}`;
  return minutes >= 60 ? `${Math.floor(minutes / 60)}:${clock}` : clock;
}
/** For sentences: "12.411 s", "80 ms", "3.2 s", "4 min". */
export function spanText(us: number): string {
  if (us < 1e3) return `${us} µs`;
  if (us < 1e6) return `${Number((us / 1e3).toPrecision(3))} ms`;
  if (us < 120e6) return `${Number((us / 1e6).toPrecision(3))} s`;
  return us < 7200e6 ? `${Number((us / 60e6).toPrecision(3))} min` : `${Number((us / 3600e6).toPrecision(3))} h`;
}
