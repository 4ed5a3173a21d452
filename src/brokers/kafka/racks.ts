/** Racks of brokers and clients: where replicas are placed, and which of them a consumer reads from. https://kafka.apache.org/44/operations/basic-kafka-operations/#basic_ops_racks */

/** `broker.rack` of each broker, "" for none. @param text "a, b, c": taken again from the start when there are more brokers */
export function racksOf(text: string, brokers: number): readonly string[] {
  const names = text.split(/,\s*/).filter((name) => name !== '');
  return Array.from({ length: brokers }, (_, broker) => names[broker % names.length] ?? '');
}
/** Rack of an application's instance "pay/2", of racks for its instances in turn. */
export function rackOfInstance(text: string, client: string): string {
  const instance = Number(/\/(\d+)$/.exec(client)?.[1] ?? 1);
  return racksOf(text, instance)[instance - 1] ?? '';
}
/** Brokers one rack after the other, so that any few neighbours are in different ones. */
function alternating(racks: readonly string[]): readonly number[] {
  const byRack = new Map<string, number[]>();
  for (const [broker, rack] of racks.entries()) byRack.set(rack, [...(byRack.get(rack) ?? []), broker]);
  const lists = [...byRack.values()];
  const order: number[] = [];
  for (let i = 0; order.length < racks.length; i++) for (const list of lists) if (i < list.length) order.push(list[i] as number);
  return order;
}
/**
 * Brokers of a partition's replicas: each in another rack, as far as there are racks, then whoever comes next.
 * @param turn which of the brokers, in alternating order, leads
 */
export function spread(racks: readonly string[], replicas: number, turn: number): readonly number[] {
  const order = alternating(racks);
  const next = order.map((_, i) => order[(turn + i) % order.length] as number);
  const seen = new Set<string | undefined>();
  const elsewhere = next.filter((broker) => !seen.has(racks[broker]) && seen.add(racks[broker]));
  return [...elsewhere, ...next.filter((broker) => !elsewhere.includes(broker))].slice(0, replicas);
}
/** Whether it is further from one to the other than within a rack: of who has none it is not known. */
export function apart(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== '' && b !== '' && a !== b;
}
