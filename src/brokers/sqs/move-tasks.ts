/** Redrives: messages go from a dead-letter queue back to where they came from, or to another queue. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html */
import type { BrokerHost, Refusal } from '../contract.ts';
import { errors } from './errors.ts';
import type { Item } from './message.ts';
import type { Queue } from './queue.ts';

interface Task {
  readonly ref: number;
  readonly source: string;
  /** null: each to its own source. */
  readonly to: string | null;
  /** Messages a second. */
  readonly rate: number;
  /** µs; when it began. */
  readonly since: number;
  moved: number;
}
export interface MoveTasksState {
  readonly tasks: readonly Task[];
  readonly next: number;
}
/** Messages a second when nobody says how many: the service chooses by the depth of the queue. */
const OWN_RATE = 500;

export class MoveTasks {
  private tasks = new Map<number, Task>();
  private next = 0;
  private readonly host: BrokerHost;
  private readonly queueOf: (name: string) => Queue | undefined;
  private readonly move: (from: Queue, item: Item, to: Queue) => void;
  constructor(host: BrokerHost, queueOf: (name: string) => Queue | undefined, move: (from: Queue, item: Item, to: Queue) => void) {
    this.host = host;
    this.queueOf = queueOf;
    this.move = move;
  }
  isRunning(source: string): boolean {
    return [...this.tasks.values()].some((task) => task.source === source);
  }
  start(source: Queue, to: string | undefined, rate: number = OWN_RATE): 'started' | Refusal {
    if (this.isRunning(source.name)) return errors.moving();
    const ref = this.next++;
    this.tasks.set(ref, { ref, source: source.name, to: to ?? null, rate, since: this.host.now(), moved: 0 });
    this.host.after(0, 'move', ref);
    return 'started';
  }
  cancel(source: string): boolean {
    const task = [...this.tasks.values()].find((one) => one.source === source);
    if (task !== undefined) this.tasks.delete(task.ref);
    return task !== undefined;
  }
  /** Moves the next message; the task ends when nothing is left that can be received and moved. */
  step(ref: number): void {
    const task = this.tasks.get(ref);
    const source = task === undefined ? undefined : this.queueOf(task.source);
    if (task === undefined || source === undefined) return void this.tasks.delete(ref);
    const item = source.takeVisible();
    const to = item === undefined ? undefined : this.queueOf(task.to ?? item.from ?? '');
    if (item === undefined || to === undefined) {
      if (item !== undefined) source.putBack(item);
      this.tasks.delete(ref);
      return;
    }
    this.move(source, item, to);
    source.goOn(item.group);
    task.moved++;
    const due = task.since + Math.floor((task.moved * 1_000_000) / task.rate);
    this.host.after(Math.max(0, due - this.host.now()), 'move', ref);
  }
  save(): MoveTasksState {
    return { tasks: [...this.tasks.values()].map((task) => ({ ...task })), next: this.next };
  }
  load(state: MoveTasksState): void {
    this.tasks = new Map(state.tasks.map((task) => [task.ref, { ...task }]));
    this.next = state.next;
  }
}
