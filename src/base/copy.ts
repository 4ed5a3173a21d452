/** A deep copy of plain data (no typed arrays, maps or undefined in arrays). */
export function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
