/** Brings the service from one plan to the next. */
import type { Refusal } from '../contract.ts';
import type { Plan } from './plan.ts';
import type { EventBridge } from './service.ts';

export interface Refused {
  /** The node that asked for it. */
  readonly node: string;
  readonly refusal: Refusal;
}
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
function* changes<T>(before: Readonly<Record<string, T>>, after: Readonly<Record<string, T>>): Generator<readonly [name: string, now: T | undefined]> {
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) yield [name, undefined];
  for (const [name, now] of Object.entries(after)) if (!Object.hasOwn(before, name) || !same(before[name], now)) yield [name, now];
}
/** @returns what it refused */
export function administrate(service: EventBridge, before: Plan, after: Plan): Refused[] {
  const refused: Refused[] = [];
  /** Rules whose targets are put again: the rule, or one of them, is another than before. */
  const touched = new Set<string>();
  const heard = (node: string, refusal: Refusal | undefined) => {
    if (refusal !== undefined) refused.push({ node, refusal });
  };
  for (const [name, config] of changes(before.buses, after.buses)) {
    if (config === undefined) service.deleteEventBus(name);
    else service.createEventBus(name, config);
  }
  for (const [name, config] of changes(before.rules, after.rules)) {
    if (config === undefined) service.deleteRule(name);
    else heard(name, service.putRule(name, config));
  }
  for (const [name, config] of changes(before.archives, after.archives)) {
    if (config === undefined) service.deleteArchive(name);
    else heard(name, service.createArchive(name, config));
  }
  const targetsOf = ({ targets }: Plan, rule: string) => targets.filter((t) => t.rule === rule);
  for (const [rule] of changes(before.rules, after.rules)) touched.add(rule);
  for (const { rule } of [...before.targets, ...after.targets]) if (!same(targetsOf(before, rule), targetsOf(after, rule))) touched.add(rule);
  for (const { rule, link } of before.targets) if (!after.targets.some((t) => t.link === link && t.rule === rule)) service.removeTarget(rule, link);
  for (const { rule, link, config } of after.targets) if (touched.has(rule)) heard(rule, service.putTarget(rule, link, config));
  return refused;
}
