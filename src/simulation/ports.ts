/** What the timeline can reach in a running simulation. */
import type { Consumer } from '../clients/consumer.ts';
import type { Ports } from '../faults/door.ts';
import type { Simulation } from './simulation.ts';

export function portsOf(simulation: Simulation): Ports {
  const { consumers, producers, network, rooms } = simulation;
  /** "pay/2" is one instance, "pay" all of them. */
  const each = (on: string, todo: (consumer: Consumer, instance: number) => void): boolean => {
    const [id = '', number] = on.split('/');
    const consumer = consumers.get(id);
    if (!consumer) return false;
    const chosen = number === undefined ? consumer.instances.map((_, i) => i) : [Number(number) - 1];
    const there = chosen.filter((i) => consumer.instances[i] !== undefined);
    for (const i of there) todo(consumer, i);
    return there.length > 0;
  };
  const isLink = (link: string) => simulation.effective.links.some((l) => l.id === link);
  return {
    crash: (on, point) => each(on, (consumer, i) => consumer.crash(i, point)),
    restart: (on) => each(on, (consumer, i) => consumer.restart(i)),
    slow: (on, factor) => each(on, (consumer) => consumer.slow(factor)),
    outage: (on, down) => each(on, (consumer) => consumer.setOutage(down)),
    poison: (on, key, poisoned) => {
      const producer = producers.get(on);
      if (!producer) return each(on, (consumer) => consumer.poison(key, poisoned));
      if (poisoned) producer.poison(key);
      else producer.unpoison(key);
      return true;
    },
    make: (on, count, key) => {
      producers.get(on)?.make(count, key);
      return producers.has(on);
    },
    cut: (link, isCut) => {
      if (!isLink(link)) return false;
      if (isCut === network.isCut(link)) return true;
      if (isCut) network.cut(link);
      else network.mend(link);
      for (const room of rooms.values()) room.linkChanged(link, isCut);
      return true;
    },
    delay: (link, us) => {
      network.delay(link, us);
      return isLink(link);
    },
    lossy: (link, probability) => {
      network.lossy(link, probability);
      return isLink(link);
    },
    broker: (action, on, parameters) => {
      for (const room of rooms.values()) {
        const said = room.act(action, on, parameters);
        if (said !== undefined) return said;
      }
      return undefined;
    },
  };
}
