/** What a replica is told, as conformance/FORMAT.md writes it: without the moments in it, which no two runs share. */
const MOMENTS = new Set(['TIME', 'PEXPIREAT']);

export function timeless(words: readonly string[]): string[] {
  return words.map((word, i) => (MOMENTS.has(words[i - 1]?.toUpperCase() ?? '') || (i === 2 && words[0]?.toUpperCase() === 'PEXPIREAT') ? '(time)' : word));
}
