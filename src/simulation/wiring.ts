/** Sessions between clients and rooms: one per client and link, made when both are there, closed when one goes. */
import type { PublishSession, ReceiveSession, Room } from '../brokers/contract.ts';
import type { Reader, Writer } from '../clients/client.ts';
import { familyOf, type Scenario, type ScenarioLink } from '../scenario/document.ts';

interface Wired {
  readonly client: string;
  readonly room: string;
  readonly link: string;
  readonly session: PublishSession | ReceiveSession;
}

interface Clients {
  readonly readers: readonly Reader[];
  readonly writers: readonly Writer[];
}

export class Wiring {
  private readonly wired = new Map<string, Wired>();
  private readonly rooms: ReadonlyMap<string, Room>;
  private readonly clients: Clients;
  constructor(rooms: ReadonlyMap<string, Room>, clients: Clients) {
    this.rooms = rooms;
    this.clients = clients;
  }
  /** @param live new sessions open at once */
  connect(doc: Scenario, live: boolean): void {
    const wanted = new Set<string>();
    const fresh: (PublishSession | ReceiveSession)[] = [];
    const parents = new Map(doc.nodes.map((n) => [n.id, this.rooms.has(n.parent ?? '') ? (n.parent as string) : familyOf(n.kind)]));
    const wire = (client: string, link: ScenarioLink, roomId: string | undefined, make: (room: Room) => PublishSession | ReceiveSession) => {
      const room = this.rooms.get(roomId ?? '');
      if (!room || roomId === undefined) return undefined;
      const id = `${client} ${link.id}`;
      wanted.add(id);
      let known = this.wired.get(id);
      if (!known || known.room !== roomId) {
        known = { client, room: roomId, link: link.id, session: make(room) };
        this.wired.set(id, known);
        fresh.push(known.session);
      }
      return known.session;
    };
    for (const writer of this.clients.writers) {
      writer.writing().forEach(({ name, up }, i) => {
        const sessions: { link: string; session: PublishSession }[] = [];
        for (const link of doc.links) {
          if (link.from !== writer.id) continue;
          const before = fresh.length;
          const session = wire(name, link, parents.get(link.to), (room) => room.publisher(link.id, name, writer.publishListener(i, link.id)));
          if (session) sessions.push({ link: link.id, session: session as PublishSession });
          if (!up) fresh.length = before;
        }
        writer.setPublishers(i, sessions);
      });
    }
    for (const reader of this.clients.readers) {
      reader.reading().forEach(({ name, up }, i) => {
        const sessions = new Map<string, ReceiveSession>();
        for (const link of doc.links) {
          if (link.to !== reader.id) continue;
          const before = fresh.length;
          const session = wire(name, link, parents.get(link.from), (room) => room.receiver(link.id, name, reader.receiveListener(i, link.id)));
          if (session) sessions.set(link.id, session as ReceiveSession);
          if (!up) fresh.length = before;
        }
        reader.setReceivers(i, sessions);
      });
    }
    for (const [id, known] of this.inOrder()) if (!wanted.has(id)) this.close(id, known);
    if (!live) return;
    for (const session of fresh) session.open();
    for (const reader of this.clients.readers) reader.takeMore();
  }
  dropRoom(room: string): void {
    for (const [id, known] of this.inOrder()) if (known.room === room) this.close(id, known);
  }
  dropClient(client: string): void {
    for (const [id, known] of this.inOrder()) if (known.client === client || known.client.startsWith(`${client}/`)) this.close(id, known);
  }
  /** By name: the order in which they were made is another one after a checkpoint was restored. */
  private inOrder(): [string, Wired][] {
    return [...this.wired].sort(([a], [b]) => (a < b ? -1 : 1));
  }
  private close(id: string, known: Wired): void {
    known.session.close('graceful');
    this.wired.delete(id);
  }
}
