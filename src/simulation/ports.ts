/** What the timeline can reach in a running simulation. */
import { isReader, type Reader } from '../clients/client.ts';
import { Producer } from '../clients/producer.ts';
import type { Ports } from '../faults/door.ts';
import { nodeOf } from '../scenario/document.ts';
import type { Simulation } from './simulation.ts';

export function portsOf(simulation: Simulation): Ports {
  const { network, rooms } = simulation;
  const producer = (on: string): Producer | undefined => {
    const client = simulation.client(on);
    return client instanceof Producer ? client : undefined;
  };
  /** "pay/2" is one instance, "pay" all of them. */
  const at = (on: string, todo: (reader: Reader, which: number | undefined) => boolean): boolean => {
    const [id = '', number] = on.split('/');
    const client = simulation.client(id);
    return isReader(client) && todo(client, number === undefined ? undefined : Number(number) - 1);
  };
  const all = (on: string, todo: (reader: Reader) => void) => at(on, (reader) => (todo(reader), true));
  const isLink = (link: string) => simulation.effective.links.some((l) => l.id === link);
  return {
    crash: (on, point) => at(on, (reader, which) => reader.crash(which, point)),
    restart: (on) => at(on, (reader, which) => reader.restart(which)),
    slow: (on, factor) => all(on, (reader) => reader.slow(factor)),
    outage: (on, down) => all(on, (reader) => reader.setOutage(down)),
    poison: (on, key, poisoned) => {
      const maker = producer(on);
      if (!maker) return all(on, (reader) => reader.poison(key, poisoned));
      if (poisoned) maker.poison(key);
      else maker.unpoison(key);
      return true;
    },
    make: (on, count, key) => {
      const maker = producer(on);
      maker?.make(count, key);
      return maker !== undefined;
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
      const client = simulation.client(nodeOf(on));
      const address = isReader(client) ? client.connectionOf(on) : on;
      for (const room of rooms.values()) {
        const said = room.act(action, address, parameters);
        if (said !== undefined) return said;
      }
      return undefined;
    },
  };
}
