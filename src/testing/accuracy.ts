/** Ordinary scenarios against queueing theory: what the mean wait and the mean length of a line are, and what they should be. */
import { micros } from '../base/time.ts';
import { loadModels } from '../brokers/models.ts';
import { catalog } from '../catalog.ts';
import type { Entry, Fold } from '../history/entries.ts';
import { lognormalShape } from '../kernel/distributions.ts';
import { exp } from '../kernel/exact-math.ts';
import { meanWait, meanWaitOfOne } from '../metrics/queueing.ts';
import type { Scenario } from '../scenario/document.ts';
import type { Spread } from '../scenario/fields.ts';
import { Simulation } from '../simulation/simulation.ts';

export interface Measured {
  /** s */
  readonly wait: number;
  /** Messages that wait, over time. */
  readonly length: number;
}
/** From the moment a message is in the line to the beginning of its work, without the first tenth of the messages. */
class Line implements Fold {
  private waits = 0;
  private area = 0;
  private waiting = 0;
  private at = 0;
  private since = 0;
  private counted = 0;
  private begun = 0;
  private readonly came = new Map<number, number>();
  private readonly skip: number;
  constructor(skip: number) {
    this.skip = skip;
  }
  get started(): number {
    return this.begun;
  }
  see(entry: Entry): void {
    if (entry.kind === 'enqueued') {
      this.pass(entry.time, 1);
      this.came.set(entry.copy, entry.time);
    } else if (entry.kind === 'started') {
      this.pass(entry.time, -1);
      const came = this.came.get(entry.copy);
      this.came.delete(entry.copy);
      if (++this.begun === this.skip) {
        this.area = 0;
        this.since = entry.time;
      }
      if (this.begun <= this.skip || came === undefined) return;
      this.waits += entry.time - came;
      this.counted++;
    }
  }
  result(): Measured {
    return { wait: this.waits / this.counted / 1e6, length: this.area / (this.at - this.since) };
  }
  save(): unknown {
    return null;
  }
  load(): void {}
  private pass(time: number, by: number): void {
    this.area += this.waiting * (time - this.at);
    this.at = time;
    this.waiting += by;
  }
}
const models = await loadModels(['rabbitmq']);

export function measure(scenario: Scenario, messages: number, seed: number): Measured {
  const line = new Line(Math.floor(messages / 10));
  const simulation = new Simulation({ ...scenario, seed }, { models, catalog, folds: () => [Object.assign(line, { name: 'line' })] });
  while (line.started < messages) simulation.run(simulation.now + 1e6);
  return line.result();
}
/** What theory says of a scenario with one producer and one consumer. */
export function theory(scenario: Scenario): Measured {
  const config = (kind: string) => scenario.nodes.find((n) => n.kind === kind)?.config ?? {};
  const rate = Number(config('producer')['rate']);
  const service = config('consumer')['serviceTime'] as Spread;
  const servers = Number(config('consumer')['concurrency'] ?? 1);
  let wait: number;
  if (typeof service === 'string') wait = meanWaitOfOne(rate, micros(service) / 1e6, (micros(service) / 1e6) ** 2);
  else if ('exponential' in service) wait = meanWait(servers, rate, micros(service.exponential.mean) / 1e6);
  else if ('lognormal' in service) {
    const mean = micros(service.lognormal.mean) / 1e6;
    const { sigma } = lognormalShape(mean, micros(service.lognormal.p99) / 1e6);
    wait = meanWaitOfOne(rate, mean, mean * mean * exp(sigma * sigma));
  } else throw new Error('theory has nothing to say about this');
  return { wait, length: wait * rate };
}
