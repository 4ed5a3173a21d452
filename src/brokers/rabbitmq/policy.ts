import type { PolicyArgs } from './api.ts';
import { knowsKey } from './capabilities.ts';
import type { Core } from './core.ts';
import type { QueueType } from './model.ts';

/** One policy counts for an entity: the matching one of the highest priority, of those whose keys its type knows, all of them. */
export function policyFor(core: Core, name: string, type: QueueType | 'exchange'): PolicyArgs | null {
  let best: PolicyArgs | null = null;
  for (const policy of core.policies.values()) {
    const { applyTo = 'all' } = policy;
    const applies = applyTo === 'all' || (type === 'exchange' ? applyTo === 'exchanges' : applyTo === 'queues' || applyTo === (type === 'stream' ? 'streams' : `${type}_queues`));
    if (!applies || !matches(policy.pattern, name)) continue;
    if (type !== 'exchange' && !Object.keys(policy.definition).every((key) => knowsKey(type, key))) continue;
    if (best === null || (policy.priority ?? 0) > (best.priority ?? 0)) best = policy;
  }
  return best;
}

function matches(pattern: string, name: string): boolean {
  return new RegExp(pattern).test(name);
}

export function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}
