import type { RabbitBroker } from './broker.ts';
import type { VirtualClock } from '../virtual-clock.ts';

/** A publisher that is faster than its messages are taken in (conformance/FORMAT.md). How fast they are is the machine's: any rate that it can exceed will do. */

const INTAKE_PER_SECOND = 10_000;
const PUBLISHED_PER_MS = 50;
const MS = 1000;

interface Flooder {
  readonly connection: string;
  readonly number: number;
  readonly queue: string;
  /** ms */
  readonly most: number;
}
/** @param message a new one; @returns whether the connection came into state flow */
export function flood(server: RabbitBroker, clock: VirtualClock, message: () => number, { connection, number, queue, most }: Flooder): boolean {
  const isHeld = () => server.out.some((event) => event.kind === 'throttled' && event.connection === connection && event.on);
  server.configure({ queueIntakeRate: INTAKE_PER_SECOND });
  for (let ms = 0; ms < most && !isHeld(); ms++) {
    for (let i = 0; i < PUBLISHED_PER_MS; i++) server.publish(connection, number, { exchange: '', routingKey: queue, message: message(), size: 1 });
    clock.advance(MS);
  }
  return isHeld();
}
