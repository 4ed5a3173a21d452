/** What a client library has received and its application has not taken up, oldest first. */
import type { Delivery, ReceiveListener } from './contract.ts';

export interface Intake {
  /** How many the application has room for. */
  slots: number;
  buffer: Delivery[];
}
/** The application has room for so many at once. */
export function handOver(intake: Intake, slots: number, listener: ReceiveListener): void {
  intake.slots = slots;
  while (intake.slots > 0 && intake.buffer.length > 0) {
    if (listener.push(intake.buffer[0] as Delivery) === 'busy') return;
    intake.buffer.shift();
    intake.slots--;
  }
}
/** One more was received: the application takes it up at once, if nothing waits and there is room. */
export function takeIn(intake: Intake, delivery: Delivery, listener: ReceiveListener): void {
  if (intake.buffer.length > 0 || intake.slots <= 0 || listener.push(delivery) === 'busy') intake.buffer.push(delivery);
  else intake.slots--;
}
