/**
 * The handshake in which an endpoint proves that it wants events.
 * https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema
 */
import { errors } from './errors.ts';
import type { Happening, ProvisioningState } from './happenings.ts';
import type { PushPlan } from './plan.ts';

const SECOND = 1_000_000;
/** "The HTTP request must complete within 30 seconds … it's reattempted after 5 seconds", µs. */
const TIMEOUT = 30 * SECOND;
const PAUSE = 5 * SECOND;
/** How many attempts there are is not said. */
const ATTEMPTS = 3;
/** "The provided URL is valid for 10 minutes", µs. */
const MANUAL = 600 * SECOND;

/** What the handshakes need of the service. */
interface Grid {
  push(node: string): { readonly plan: PushPlan; provisioning: ProvisioningState } | undefined;
  now(): number;
  after(delay: number, name: string, ref: number): void;
  next(): number;
  tell(happening: Happening): void;
}
interface Handshake {
  attempt: number;
  /** The next attempt is still to come. */
  isPausing: boolean;
  /** Which of its timers counts. */
  round: number;
}
export type ValidationState = readonly (readonly [string, Handshake])[];

export class Validation {
  private readonly grid: Grid;
  private open = new Map<string, Handshake>();
  constructor(grid: Grid) {
    this.grid = grid;
  }
  /** A subscription was made, or has another endpoint. */
  begin(node: string): void {
    const found = this.grid.push(node);
    if (found === undefined) return;
    // What the document begins with was made before the run. The infrastructure of an Azure service answers for it.
    if (found.plan.endpointType !== 'WebHook' || (this.grid.now() === 0 && found.plan.handshake === 'validationCode')) return this.settle(node, 'Succeeded');
    this.move(node, 'Creating');
    const handshake = { attempt: 0, isPausing: true, round: -1 };
    this.open.set(node, handshake);
    // The endpoint is wired in the same instant.
    this.wait(node, handshake, 0);
  }
  /** The endpoint answered: with the code, or without it, or it could not be reached. */
  answered(node: string, attempt: number, answer: 'code' | 'ok' | 'failed'): void {
    const handshake = this.open.get(node);
    if (handshake?.attempt !== attempt || handshake.isPausing) return;
    if (answer === 'code') this.settle(node, 'Succeeded');
    else if (answer === 'ok') {
      this.move(node, 'AwaitingManualAction');
      this.wait(node, handshake, MANUAL);
    } else this.again(node, handshake);
  }
  /** Somebody opens the validationUrl. @returns what came of it, in words */
  confirm(node: string): string | undefined {
    const found = this.grid.push(node);
    if (found === undefined) return undefined;
    if (found.provisioning !== 'AwaitingManualAction') return `${node} awaits no manual action: ${found.provisioning}.`;
    this.settle(node, 'Succeeded');
    return `${node} is validated.`;
  }
  timer(node: string, round: number): void {
    const handshake = this.open.get(node);
    if (handshake?.round !== round) return;
    const found = this.grid.push(node);
    if (found?.provisioning === 'AwaitingManualAction') this.fail(node);
    else if (handshake.isPausing) this.ask(node, handshake);
    else this.again(node, handshake);
  }
  forget(node: string): void {
    this.open.delete(node);
  }
  save(): ValidationState {
    return [...this.open];
  }
  load(state: ValidationState): void {
    this.open = new Map(state);
  }

  private ask(node: string, handshake: Handshake): void {
    const link = this.grid.push(node)?.plan.endpoint;
    if (link === undefined) return this.fail(node);
    handshake.attempt++;
    handshake.isPausing = false;
    this.wait(node, handshake, TIMEOUT);
    this.grid.tell({ kind: 'validate', subscription: node, link, attempt: handshake.attempt });
  }
  private again(node: string, handshake: Handshake): void {
    if (handshake.attempt >= ATTEMPTS) return this.fail(node);
    handshake.isPausing = true;
    this.wait(node, handshake, PAUSE);
  }
  private wait(node: string, handshake: Handshake, span: number): void {
    handshake.round = this.grid.next();
    this.grid.after(span, `validation ${node}`, handshake.round);
  }
  private fail(node: string): void {
    this.open.delete(node);
    const found = this.grid.push(node);
    if (found === undefined) return;
    found.provisioning = 'Failed';
    this.grid.tell({ kind: 'subscription', subscription: node, state: 'Failed', refusal: errors.validationFailed() });
  }
  private settle(node: string, state: 'Succeeded'): void {
    this.open.delete(node);
    this.move(node, state);
  }
  private move(node: string, state: ProvisioningState): void {
    const found = this.grid.push(node);
    if (found === undefined) return;
    found.provisioning = state;
    this.grid.tell({ kind: 'subscription', subscription: node, state });
  }
}
