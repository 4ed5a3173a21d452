/** What an operator does with the nats command line while the system runs. */
import { micros } from '../../base/time.ts';
import { atLeast, type Version } from './config.ts';
import type { Plan } from './plan.ts';
import type { NatsServer } from './server.ts';

const said = (answer: object, done: string): string => ('text' in answer ? String(answer.text) : done);

/** @returns what was done, in words; undefined when this is no command for this place */
export function operate(server: NatsServer, plan: Plan, action: string, on: string, parameters: Readonly<Record<string, unknown>>, { now, version }: { readonly now: number; readonly version: Version }): string | undefined {
  const stream = plan.streams.find((s) => s.node === on)?.args.name;
  const consumer = plan.consumers.find((c) => c.node === on);
  if ((action === 'pause-consumer' || action === 'resume-consumer') && consumer !== undefined && !atLeast(version, '2.14.5')) return `nats-server ${version} cannot pause a consumer.`;
  switch (action) {
    case 'purge-stream': {
      if (stream === undefined) return undefined;
      const keep = Number(parameters['keep'] ?? 0);
      const answer = server.purgeStream(stream, keep > 0 ? { keep } : {});
      return said(answer, `${'purged' in answer ? answer.purged : 0} messages of ${stream} purged.`);
    }
    case 'delete-consumer':
      return consumer === undefined ? undefined : said(server.deleteConsumer(consumer.stream, consumer.name), `Consumer ${consumer.name} deleted.`);
    case 'create-consumer':
      return consumer === undefined ? undefined : said(server.createConsumer(consumer.stream, consumer.args), `Consumer ${consumer.name} is there.`);
    case 'pause-consumer':
      return consumer === undefined ? undefined : said(server.pauseConsumer(consumer.stream, consumer.name, now + micros(String(parameters['for'] ?? '10s'))), `Consumer ${consumer.name} is paused.`);
    case 'resume-consumer':
      return consumer === undefined ? undefined : said(server.pauseConsumer(consumer.stream, consumer.name, null), `Consumer ${consumer.name} goes on.`);
    default:
      return undefined;
  }
}
