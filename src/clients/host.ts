/** What the engine gives to a client. */
import type { Kind } from '../history/entries.ts';
import type { Facts } from '../history/history.ts';
import type { Messages } from '../history/messages.ts';
import type { RandomStream } from '../kernel/random.ts';

export interface ClientHost {
  now(): number;
  /** `client.wake(what, ref)` after `delayUs`. */
  after(delayUs: number, what: number, ref: number): void;
  record(kind: Kind, facts: Facts): number;
  /** The same without an object in between, for what happens to every message; -1 and undefined stand for nothing. */
  write(kind: Kind, message: number, copy: number, place: string | undefined, actor: string | undefined, attempt: number, reason: string | undefined, cause: number, detail: number): number;
  /** One stream per purpose of this client, part of the checkpoint. */
  luck(purpose: string): RandomStream;
  readonly messages: Messages;
}

/** Exponential backoff: base × factor^(n-1), at most `max`, of which a share `jitter` is drawn (1 = "full jitter"). */
export interface Backoff {
  readonly attempts: number;
  readonly base: number;
  readonly factor: number;
  readonly max: number;
  readonly jitter: number;
}
/** @param n 1 for the first retry; @returns µs */
export function backoffDelay(backoff: Backoff, n: number, luck: RandomStream): number {
  let wait = backoff.base;
  for (let i = 1; i < n && wait < backoff.max; i++) wait *= backoff.factor;
  wait = Math.min(wait, backoff.max);
  return Math.round(wait * (1 - backoff.jitter * luck.next()));
}
