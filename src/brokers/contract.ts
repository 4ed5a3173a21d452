/** What a broker model needs from the engine, and nothing else. */
export interface BrokerHost {
  /** Virtual time, µs. */
  now(): number;
  /** Asks for `broker.timer(name, ref)` after `delayUs`. */
  after(delayUs: number, name: string, ref: number): void;
}
/** A broker saying no: typed and expected, in the broker's own words. */
export interface Refusal {
  readonly refused: true;
  readonly name: string;
  readonly code: number;
  readonly text: string;
  /** What the refusal ends: nothing, the channel or the connection. */
  readonly closes: 'message' | 'channel' | 'connection';
}
/** A numbered statement about the real broker, with the page that makes it. */
export type Rules = Readonly<Record<string, { readonly says: string; readonly source: string; readonly since?: string; readonly until?: string }>>;
