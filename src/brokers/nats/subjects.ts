/** Subjects: tokens between dots. `*` stands for one token and `>` for all that follow, where they are a token of their own. */

export const tokensOf = (subject: string): string[] => subject.split('.');

/** May be subscribed or given to a stream: no empty token, no white space, `>` at the end only. */
export function isValidSubject(subject: string): boolean {
  if (subject === '') return false;
  const tokens = tokensOf(subject);
  return tokens.every((token, i) => token !== '' && !/[\t\n\f\r ]/.test(token) && (token !== '>' || i === tokens.length - 1));
}
/** A subject with a token `*`, or that ends with the token `>`. */
export const hasWildcard = (subject: string): boolean => tokensOf(subject).some((token, i, all) => token === '*' || (token === '>' && i === all.length - 1));
/** Names one subject: no wildcard token anywhere. */
export const isLiteral = (subject: string): boolean => tokensOf(subject).every((token) => token !== '*' && token !== '>');
export const isValidLiteral = (subject: string): boolean => isLiteral(subject) && isValidSubject(subject);
/** What the subscription tree takes: only empty tokens and a `>` before the end are refused. */
export function isSubscribable(subject: string): boolean {
  const tokens = tokensOf(subject);
  return tokens.every((token, i) => token !== '' && (token !== '>' || i === tokens.length - 1));
}

/** A published subject against a pattern. Wildcard characters of the subject are ordinary characters. */
export function matchTokens(subject: readonly string[], pattern: readonly string[]): boolean {
  for (let i = 0; i < pattern.length; i++) {
    const token = pattern[i];
    if (token === '>' && i === pattern.length - 1) return subject.length > i;
    if (i >= subject.length || (token !== '*' && token !== subject[i])) return false;
  }
  return subject.length === pattern.length;
}
export const subjectMatches = (subject: string, pattern: string): boolean => subject === pattern || (hasWildcard(pattern) && matchTokens(tokensOf(subject), tokensOf(pattern)));

/** Does every subject that the first stands for match the second? */
export function isSubsetOf(subject: string, pattern: string): boolean {
  const own = tokensOf(subject);
  const test = tokensOf(pattern);
  for (const [i, wanted] of test.entries()) {
    const token = own[i];
    if (token === undefined || wanted === '') return false;
    if (wanted === '>') return true;
    if (token === '' || token === '>') return false;
    if (token === '*' ? wanted !== '*' : !wanted.startsWith('*') && token !== wanted) return false;
  }
  return own.length === test.length;
}

/** Is there a subject that both match? */
export function subjectsCollide(one: string, other: string): boolean {
  if (one === other) return true;
  if (isLiteral(one)) return !isLiteral(other) && isSubsetOf(one, other);
  if (isLiteral(other)) return isSubsetOf(other, one);
  const a = tokensOf(one);
  const b = tokensOf(other);
  const shorter = a.length < b.length ? a : b;
  if (a.length !== b.length && !shorter.includes('>')) return false;
  return shorter.every((_, i) => canMeet(a[i] ?? '', b[i] ?? ''));
}

/** The server looks at the first character only: a token `*bar` counts as open here. */
function canMeet(one: string, other: string): boolean {
  const open = (token: string) => token.startsWith('*') || token.startsWith('>');
  return one !== '' && other !== '' && (open(one) || open(other) || one === other);
}
