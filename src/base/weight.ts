const WORD = 8;

/** About how many bytes plain data takes, what is shared counted once: 8 for every field and element that is not in an array of numbers. */
export function weightOf(data: unknown, counted = new Set<unknown>()): number {
  if (typeof data === 'string') return data.length;
  if (typeof data !== 'object' || data === null || counted.has(data)) return 0;
  counted.add(data);
  if (ArrayBuffer.isView(data)) return data.byteLength;
  let bytes = 0;
  for (const one of data instanceof Map ? data : Object.values(data)) bytes += WORD + weightOf(one, counted);
  return bytes;
}
