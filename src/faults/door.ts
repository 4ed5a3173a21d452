/** The one door through which the timeline acts on a running system: faults, interventions, and how each is undone. */
import { parseDuration } from '../base/time.ts';
import { keyNumber } from '../history/messages.ts';

export type CrashPoint = 'crash' | 'shut-down' | 'crash-before-effect' | 'crash-after-effect' | 'crash-before-settle' | 'crash-after-settle';
/** What faults can reach. Each answers false (or nothing) when there is no such thing. */
export interface Ports {
  crash(on: string, point: CrashPoint): boolean;
  restart(on: string): boolean;
  slow(on: string, factor: number): boolean;
  outage(on: string, down: boolean): boolean;
  poison(on: string, key: number, poisoned: boolean): boolean;
  make(on: string, count: number, key: number | undefined): boolean;
  cut(link: string, isCut: boolean): boolean;
  delay(link: string, us: number): boolean;
  lossy(link: string, probability: number): boolean;
  /** A broker's own action. @returns what was done, in words */
  broker(action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined;
}
type Parameters = Readonly<Record<string, unknown>>;
type Fault = (ports: Ports, on: string, parameters: Parameters) => boolean;

const number = (value: unknown, fallback: number) => (typeof value === 'number' ? value : fallback);
const key = (value: unknown) => (typeof value === 'string' ? keyNumber(value) : undefined);
const crash =
  (point: CrashPoint): Fault =>
  (ports, on) =>
    ports.crash(on, point);

const FAULTS: Readonly<Record<string, Fault>> = {
  crash: crash('crash'),
  'shut-down': crash('shut-down'),
  'crash-before-effect': crash('crash-before-effect'),
  'crash-after-effect': crash('crash-after-effect'),
  'crash-before-settle': crash('crash-before-settle'),
  'crash-after-settle': crash('crash-after-settle'),
  restart: (ports, on) => ports.restart(on),
  slow: (ports, on, p) => ports.slow(on, number(p['factor'], 10)),
  'normal-speed': (ports, on) => ports.slow(on, 1),
  outage: (ports, on) => ports.outage(on, true),
  'outage-ends': (ports, on) => ports.outage(on, false),
  poison: (ports, on, p) => ports.poison(on, key(p['key']) ?? 0, true),
  unpoison: (ports, on, p) => ports.poison(on, key(p['key']) ?? 0, false),
  burst: (ports, on, p) => ports.make(on, number(p['count'], 100), key(p['key'])),
  send: (ports, on, p) => ports.make(on, number(p['count'], 1), key(p['key'])),
  cut: (ports, on) => ports.cut(on, true),
  mend: (ports, on) => ports.cut(on, false),
  delay: (ports, on, p) => ports.delay(on, typeof p['by'] === 'string' ? (parseDuration(p['by']) ?? 0) : 0),
  undelay: (ports, on) => ports.delay(on, 0),
  lossy: (ports, on, p) => ports.lossy(on, number(p['probability'], 0.1)),
  lossless: (ports, on) => ports.lossy(on, 0),
};

/** @returns whether something was there to act upon */
export function act(ports: Ports, action: string, on: string, parameters: Parameters = {}): boolean {
  const fault = FAULTS[action];
  return fault ? fault(ports, on, parameters) : ports.broker(action, on, parameters) !== undefined;
}
