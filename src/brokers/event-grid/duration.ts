/** ISO 8601 durations as Event Grid writes them: `P(n)DT(n)H(n)M(n)S`. https://learn.microsoft.com/azure/event-grid/event-retention */
const SECOND = 1_000_000;
const FORM = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** @returns µs; undefined when it is no duration */
export function isoDuration(text: string): number | undefined {
  const found = FORM.exec(text);
  if (found === null || !/\d/.test(text) || text.endsWith('T')) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * SECOND;
}
