/** What the engine asks of its clients, whatever they are: who reads, who publishes, how each is wired, disturbed and pictured. */
import type { Look, PublishListener, ReceiveListener, ReceiveSession } from '../brokers/contract.ts';
import type { Sessions } from './publications.ts';

/** Where in the protocol an armed crash strikes. */
export type CrashPoint = 'crash' | 'shut-down' | 'crash-before-effect' | 'crash-after-effect' | 'crash-before-settle' | 'crash-after-settle';

/** One of the names under which a client connects: its sessions are opened once for each. */
export interface Connection {
  readonly name: string;
  readonly up: boolean;
}
export interface Client {
  readonly id: string;
  /** When it first comes into being, not when a checkpoint is restored. */
  start?(): void;
  /** Nothing new from here on: the horizon is reached. */
  stop?(): void;
  wake(what: number, ref: number): void;
  save(): unknown;
  load(state: unknown): void;
  /** @param cells at most so many per lane; @param rate messages a second that go through it */
  look(cells: number, rate: number): Look;
}
export interface Writer extends Client {
  writing(): readonly Connection[];
  publishListener(connection: number, link: string): PublishListener;
  setPublishers(connection: number, sessions: Sessions): void;
}
export interface Reader extends Client {
  /** Messages that it can work on at the same time. */
  readonly slots: number;
  /** Slot-µs of work up to now. */
  busyTime(): number;
  reading(): readonly Connection[];
  receiveListener(connection: number, link: string): ReceiveListener;
  /** @param sessions by link */
  setReceivers(connection: number, sessions: Map<string, ReceiveSession>): void;
  /** The name of the connection through which what an address stands for ("pay/2") reads. */
  connectionOf(address: string): string;
  /** More room than before, or new sessions: take what waits. */
  takeMore(): void;
  /** @param which from 0, absent = all; @returns whether there was any */
  crash(which: number | undefined, point: CrashPoint): boolean;
  restart(which: number | undefined): boolean;
  slow(factor: number): void;
  setOutage(down: boolean): void;
  poison(key: number, on: boolean): void;
}
export function isReader(client: Client | undefined): client is Reader {
  return client !== undefined && 'receiveListener' in client;
}
export function isWriter(client: Client | undefined): client is Writer {
  return client !== undefined && 'publishListener' in client;
}
