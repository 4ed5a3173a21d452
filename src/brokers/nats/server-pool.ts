/** The servers that a client knows, in the order in which it goes through them. https://docs.nats.io/using-nats/developer/connecting/reconnect */
export interface Pooled {
  /** The number of the server that it has, or tries. */
  server: number;
  /** How many it has tried in vain since it waited. */
  tries: number;
}
/** µs: how long a client waits when it has tried all of them, as nats.go does. https://docs.nats.io/using-nats/developer/connecting/reconnect/wait */
export const RECONNECT_WAIT = 2_000_000;

/** Its server is gone, or not there: it goes on to the next one. @returns µs that it waits before it tries that */
export function goOn(client: Pooled, servers: number): number {
  const waits = client.tries + 1 >= servers;
  client.tries = waits ? 0 : client.tries + 1;
  client.server = (client.server + 1) % servers;
  return waits ? RECONNECT_WAIT : 0;
}
