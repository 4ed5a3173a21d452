/** What the room adds to the services: the loops that clients write around them. */
import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../scenario/document.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { at, catalog, type Config, models, observe, POLITE, scenarioOf, UNTIL } from './room.test-kit.ts';

/** @param until µs */
const run = (scenario: Scenario, until = UNTIL) => observe(runTwice(scenario, models, catalog, until));

describe('a queue and its readers', () => {
  it('every message is delivered once, takes effect, and is deleted', () => {
    const { count, reasons, twice } = run(scenarioOf({}));
    expect(count('produced')).toBeGreaterThan(50);
    expect(count('effect')).toBeGreaterThanOrEqual(count('produced') - 2);
    expect(Object.keys(reasons('settled'))).toEqual(['sqs.deleted']);
    expect([twice(), count('refused'), count('requeued')]).toEqual([[], 0, 0]);
  });
  it('a visibility timeout that is shorter than the work: two readers, two effects, and nobody fails', () => {
    const { twice, count, reasons } = run(scenarioOf({ queue: { VisibilityTimeout: 1 }, consume: { MaxNumberOfMessages: 1 }, consumer: { serviceTime: '1500ms', instances: 4 }, producer: { rate: 2 } }), 12e6);
    expect(twice().length).toBeGreaterThan(3);
    expect(reasons('requeued')).toEqual({ 'sqs.visibility_timeout': expect.any(Number) });
    expect([count('failed'), count('crashed'), count('refused')]).toEqual([0, 0, 0]);
  });
  it('a heartbeat keeps it hidden', () => {
    const { twice, count } = run(scenarioOf({ queue: { VisibilityTimeout: 1 }, consume: { MaxNumberOfMessages: 1, heartbeat: '500ms', heartbeatTo: 1 }, consumer: { serviceTime: '1500ms', instances: 4 }, producer: { rate: 2 } }), 12e6);
    expect([twice(), count('requeued')]).toEqual([[], 0]);
  });
  it('what fails comes back when its timeout is over, or at once where the reader says so', () => {
    const returnsAfter = (consume: Record<string, unknown>) => {
      const { of } = run(scenarioOf({ queue: { VisibilityTimeout: 2 }, consume, consumer: { failures: { rate: 0.5 } }, producer: { rate: 5 } }), 6e6);
      const [back] = of('requeued');
      const first = of('delivered').find((e) => e.copy === back?.copy);
      return (back?.time ?? 0) - (first?.time ?? 0);
    };
    expect(returnsAfter({})).toBe(2e6);
    expect(returnsAfter({ visibilityAfterFailure: 0 })).toBeLessThan(50_000);
  });
  it('received too often, a message is dead-lettered by the next receive', () => {
    const { count, of, reasons } = run(scenarioOf({ queue: { VisibilityTimeout: 1, deadLetterTargetArn: 'dead', maxReceiveCount: 2 }, consumer: { failures: { rate: 1 } }, producer: { rate: 5 } }), 6e6);
    expect(count('dead-lettered', 'orders')).toBeGreaterThan(5);
    expect(reasons('dead-lettered')).toEqual({ 'sqs.max_receive_count': count('enqueued', 'dead') });
    expect(Math.max(...of('delivered', 'orders').map((e) => e.attempt))).toBe(2);
  });
  it('a redrive brings dead letters back, as new messages', () => {
    const { count, reasons } = run(
      scenarioOf({ queue: { VisibilityTimeout: 1, deadLetterTargetArn: 'dead', maxReceiveCount: 1 }, consumer: { failures: { rate: 0 } }, timeline: [at(100, 'outage', 'pay'), at(4000, 'outage-ends', 'pay'), at(5000, 'start-message-move-task', 'dead', { MaxNumberOfMessagesPerSecond: 10 })] }),
      9e6,
    );
    expect(count('dead-lettered', 'orders')).toBeGreaterThan(20);
    expect(reasons('settled')['sqs.redriven']).toBeGreaterThan(20);
    expect(reasons('enqueued')['sqs.redriven']).toBe(reasons('settled')['sqs.redriven']);
  });
});

describe('two nodes of one name', () => {
  /** A second node of the name of orders, to which nobody is wired. */
  const twin = (attributes: Config, timeline: Scenario['timeline'] = []): Scenario => {
    const base = scenarioOf({ queue: { DelaySeconds: 1 }, timeline });
    return { ...base, nodes: [...base.nodes, { id: 'twin', kind: 'sqs.queue', config: { ...POLITE, name: 'orders', ...attributes } }] };
  };
  const depths = ({ first }: ReturnType<typeof run>) =>
    first.simulation.rooms
      .get('sqs')
      ?.depths()
      .filter(({ pending }) => pending > 0)
      .map(({ place }) => place);

  it('are one queue, which is counted where it was made first', () => {
    const seen = run(twin({ DelaySeconds: 1 }));
    expect(depths(seen)).toEqual(['orders']);
    expect(seen.count('refused')).toBe(0);
  });
  it('the second is refused when it wants other attributes: CreateQueue does not change a queue', () => {
    const { reasons, of } = run(twin({ DelaySeconds: 3 }));
    expect(reasons('refused')).toEqual({ 'sqs.QueueNameExists': 1 });
    const [arrived] = of('enqueued', 'orders');
    expect((of('delivered').find((e) => e.copy === arrived?.copy)?.time ?? 0) - (arrived?.time ?? 0)).toBeLessThan(1.1e6);
  });
  it('the queue goes with the node that made it; a minute later the other makes it anew, with its own attributes', () => {
    const seen = run(twin({ DelaySeconds: 3 }, [at(1500, 'set', 'orders', { name: 'renamed' })]), 66e6);
    expect(seen.reasons('dropped')).toEqual({ 'sqs.queue_deleted': expect.any(Number) });
    expect(seen.reasons('refused')['sqs.QueueDeletedRecently']).toBe(1);
    expect(
      seen.first.simulation.rooms
        .get('sqs')
        ?.look('twin', 5)
        ?.lanes.map(({ label }) => label),
    ).toContain('delayed');
  });
});
