import type { ConfirmChannel } from 'amqplib';
import type { Json, Operation } from '../../../src/testing/conformance-runner.ts';
import { sleep } from '../contract.ts';
import { text } from './shapes.ts';

/** Publications that are under way while a node is killed, and what of those that were confirmed is there afterwards. */

/** How long answers are waited for: ms. */
const PATIENCE = 30_000;

export class UnderWay {
  readonly #confirmed = new Set<string>();

  /** @param kill ends the node's process */
  async kill(channel: ConfirmChannel, operation: Operation, kill: () => Promise<void>): Promise<Json> {
    const every = Number(operation['everyMs'] ?? 2);
    const [before, after] = [Number(operation['beforeMs']), Number(operation['afterMs'])];
    let [published, nacked, answered] = [0, 0, 0];
    const begun = Date.now();
    let killing: Promise<void> | null = null;
    for (let ms = 0; ms < before + after; ms += every) {
      if (ms >= before) killing ??= kill();
      const body = `u${published++}`;
      channel.publish('', text(operation['queue']), Buffer.from(body), { persistent: operation['persistent'] !== false }, (error) => {
        answered++;
        if (error === null || error === undefined) this.#confirmed.add(body);
        else nacked++;
      });
      await sleep(Math.max(0, begun + ms + every - Date.now()));
    }
    await killing;
    for (const until = Date.now() + PATIENCE; answered < published && Date.now() < until; ) await sleep(50);
    return { nacked, unanswered: published - answered };
  }
  /** @param next takes a message out of the queue; null when it is empty */
  async kept(next: () => Promise<string | null>): Promise<Json> {
    const found: string[] = [];
    for (let body = await next(); body !== null; body = await next()) found.push(body);
    return { lost: [...this.#confirmed].filter((body) => !found.includes(body)).length, twice: found.length - new Set(found).size };
  }
}
