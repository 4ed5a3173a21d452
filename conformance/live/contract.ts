import type { ConformanceCase, ConformanceModel, JsonObject, Observation, Operation } from '../../src/testing/conformance-runner.ts';
import type { Dice } from '../../src/testing/dice.ts';

/** What the live run and the recorder need to know of a broker. */

/** A case with what only matters to a comparison. */
export type LiveCase = ConformanceCase & {
  /** The least real wait after an operation, ms. */
  readonly settleMs?: number;
  /** The emulator, with its version, that was seen to do what the documentation says. */
  readonly agreesWith?: string;
};

/** One case's clients of a live server. `run` does an operation and waits for its consequences. */
export interface LiveClient {
  /** @param settleMs real time, ms, in which consequences may still arrive */
  run(operation: Operation, settleMs: number): Promise<Observation | null>;
  close(): Promise<void>;
}
export interface LiveServer {
  readonly version: string;
  /** What stands in for the broker where no real one can run, with its version: what it does proves nothing, but may agree with the documentation. */
  readonly emulator?: string;
  /** Fresh clients on an empty server. */
  client(example: LiveCase): Promise<LiveClient>;
  stop(): Promise<void>;
}
/** Invents operations for one case, one after the other. */
export interface Player {
  readonly record?: readonly string[];
  readonly setup: readonly Operation[];
  next(): Operation;
  /** What an operation showed: deliveries that can be settled now, consumers that are gone. */
  shown(operation: Operation, seen: JsonObject): void;
}
export interface LiveBroker {
  readonly model: ConformanceModel;
  /** How many servers may run side by side; each does one case at a time. */
  readonly lanes: number;
  /** Why there is no server to compare with, in one sentence, or null. */
  missing(): Promise<string | null>;
  start(): Promise<LiveServer>;
  /** First wait after an operation of a random case, ms, where less than the usual one will do: all that comes of an operation is its answer. */
  readonly haste?: number;
  /** For comparing random cases; absent: there are none of this broker. `about` names some of them, where there are several kinds. */
  readonly player?: (dice: Dice, about: string | undefined, version: string) => Player;
}

/** The server may not be had here, which is no fault of the comparison. */
export class Unavailable extends Error {}

export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
