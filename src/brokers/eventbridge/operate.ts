/** What an operator does: replays, rules on and off, dead events put again. */
import { parseDuration } from '../../base/time.ts';
import type { Config, Plan } from './plan.ts';
import type { EventBridge } from './service.ts';

export interface Operated {
  readonly service: EventBridge;
  readonly plan: Plan;
  /** µs */
  readonly now: number;
  /** @returns how many */
  redrive(queue: string): number;
  purge(queue: string): number;
}
const instant = (value: unknown, otherwise: number): number => (typeof value === 'string' ? (parseDuration(value) ?? otherwise) : otherwise);

/** @returns what was done, in words; undefined when this is no action of this room */
export function operate({ service, plan, now, redrive, purge }: Operated, action: string, on: string, parameters: Config): string | undefined {
  if (Object.hasOwn(plan.archives, on)) {
    if (action === 'start-replay') {
      const name = typeof parameters['ReplayName'] === 'string' && parameters['ReplayName'] !== '' ? parameters['ReplayName'] : `${on}-${service.replays(on).length + 1}`;
      const rules = String(parameters['FilterArns'] ?? '')
        .split(/[\s,]+/)
        .filter((one) => one !== '');
      const started = service.startReplay(on, { name, from: instant(parameters['EventStartTime'], 0), to: instant(parameters['EventEndTime'], now), rules });
      return 'refused' in started ? `${started.name}: ${started.text}` : `Replay ${name} started.`;
    }
    if (action === 'cancel-replay') {
      const running = service.replays(on).find(({ state }) => state === 'STARTING' || state === 'RUNNING');
      const refusal = service.cancelReplay(running?.name ?? service.replays(on).at(-1)?.name ?? '');
      return refusal ? `${refusal.name}: ${refusal.text}` : `Replay ${running?.name ?? ''} cancelled.`;
    }
  }
  if (Object.hasOwn(plan.rules, on) && (action === 'enable-rule' || action === 'disable-rule')) {
    const refusal = service.setRuleState(on, action === 'enable-rule');
    return refusal ? `${refusal.name}: ${refusal.text}` : `${on} ${action === 'enable-rule' ? 'enabled' : 'disabled'}.`;
  }
  if (Object.hasOwn(plan.queues, on)) {
    if (action === 'put-events-again') return `${redrive(on)} events of ${on} put again.`;
    if (action === 'purge-dead-letters') return `${purge(on)} messages of ${on} deleted.`;
  }
  return undefined;
}
