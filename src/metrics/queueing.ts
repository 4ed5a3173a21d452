/** Queueing theory to lay beside a measurement. Rates per second, times in seconds. */

/** Erlang C: the probability of having to wait in M/M/c. @param offered λ·S in erlangs, below c */
export function erlangC(servers: number, offered: number): number {
  // Erlang B by its recurrence, which cannot overflow; then C from B.
  let b = 1;
  for (let k = 1; k <= servers; k++) b = (offered * b) / (k + offered * b);
  const rho = offered / servers;
  return b / (1 - rho * (1 - b));
}
/** Mean wait before service in M/M/c; Infinity when the servers cannot keep up. */
export function meanWait(servers: number, arrivals: number, service: number): number {
  const offered = arrivals * service;
  if (offered >= servers) return Infinity;
  return (erlangC(servers, offered) * service) / (servers - offered);
}
/** Mean wait in M/G/1 (Pollaczek and Khinchine). @param squared mean of the square of the service time, s² */
export function meanWaitOfOne(arrivals: number, service: number, squared: number): number {
  const rho = arrivals * service;
  return rho >= 1 ? Infinity : (arrivals * squared) / (2 * (1 - rho));
}
