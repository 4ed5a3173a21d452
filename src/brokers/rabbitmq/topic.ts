/**
 * Topic patterns: `*` is exactly one word, `#` zero or more; words are what stands between dots.
 * https://www.rabbitmq.com/tutorials/tutorial-five-python
 */
export function words(key: string): readonly string[] {
  // The empty key has no word at all; a lone dot has two empty ones.
  return key === '' ? [] : key.split('.');
}

export function topicMatches(pattern: readonly string[], key: readonly string[]): boolean {
  let p = 0;
  let k = 0;
  let hash = -1;
  let resume = 0;
  while (k < key.length) {
    const word = pattern[p];
    if (word === '#') {
      hash = p++;
      resume = k;
    } else if (p < pattern.length && (word === '*' || word === key[k])) {
      p++;
      k++;
    } else if (hash >= 0) {
      p = hash + 1;
      k = ++resume;
    } else return false;
  }
  while (pattern[p] === '#') p++;
  return p === pattern.length;
}
