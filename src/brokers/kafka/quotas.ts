/**
 * Client quotas: bytes a second of one client-id at one broker. Nothing is refused: the answer names a throttle time, and until it is
 * over the client sends nothing more and the broker does not read its connection. https://kafka.apache.org/44/design/design/#design_quotas
 */
import { copyOf } from '../../base/copy.ts';
import type { KafkaCluster } from './cluster.ts';
import { clientIdOf, clientOf } from './connection.ts';
import type { Request } from './protocol.ts';

export type Quota = 'producer_byte_rate' | 'consumer_byte_rate';
export type QuotaLimits = Readonly<Partial<Record<Quota, number>>>;
/** What was counted within one window. µs */
interface Sample {
  readonly start: number;
  last: number;
  sum: number;
}
interface Held {
  readonly from: string;
  readonly correlation: number;
  readonly broker: number;
  readonly request: Request;
}
interface Muted {
  readonly until: number;
  readonly requests: Held[];
}
export interface QuotasState {
  readonly limits: readonly (readonly [string, QuotaLimits])[];
  readonly rates: readonly (readonly [string, readonly Sample[]])[];
  readonly muted: readonly (readonly [string, Muted])[];
  readonly timers: readonly (readonly [number, string])[];
  readonly next: number;
  readonly throttled: readonly (readonly [string, number])[];
}

export class Quotas {
  private readonly cluster: KafkaCluster;
  /** By client-id, of those that have any. */
  private limits = new Map<string, QuotaLimits>();
  private rates = new Map<string, Sample[]>();
  /** By connection: a client's to one broker. */
  private muted = new Map<string, Muted>();
  private timers = new Map<number, string>();
  private next = 0;
  /** Until when, µs, by client-id. */
  private throttled = new Map<string, number>();
  constructor(cluster: KafkaCluster) {
    this.cluster = cluster;
  }
  configure(clientId: string, limits: QuotaLimits): void {
    if (Object.keys(limits).length > 0) this.limits.set(clientId, limits);
    else this.limits.delete(clientId);
  }
  /** @returns bytes that may be fetched at once without certainly being throttled */
  most(from: string): number {
    if (this.limits.size === 0) return Number.POSITIVE_INFINITY;
    const limit = this.limits.get(clientIdOf(from))?.consumer_byte_rate;
    const { quotaWindows, quotaWindow } = this.cluster.settings;
    return limit === undefined ? Number.POSITIVE_INFINITY : (limit * (quotaWindows - 1) * quotaWindow) / 1e6;
  }
  /** Bytes of a client that a broker took or would give. @returns µs that it is throttled for; what it would be given then is not counted */
  charge(quota: Quota, from: string, broker: number, bytes: number): number {
    if (this.limits.size === 0) return 0;
    const clientId = clientIdOf(from);
    const limit = this.limits.get(clientId)?.[quota];
    if (limit === undefined) return 0;
    const key = `${quota} ${clientId} ${broker}`;
    const samples = this.rates.get(key) ?? [];
    this.rates.set(key, samples);
    const now = this.cluster.host.now();
    const { sum, span } = this.record(samples, bytes, now);
    const over = (sum * 1e6) / span - limit;
    if (over <= 0) return 0;
    if (quota === 'consumer_byte_rate') (samples.at(-1) as Sample).sum -= bytes;
    // The time after which the rate would be back at the quota, in whole milliseconds (ClientQuotaManager).
    const pause = Math.round((over / limit) * (span / 1000)) * 1000;
    if (pause > 0) this.mute(quota, from, broker, now + pause, bytes);
    return pause;
  }
  /** @returns whether a request lies unread, since its connection is muted */
  holds(from: string, correlation: number, broker: number, request: Request): boolean {
    if (this.muted.size === 0) return false;
    const muted = this.muted.get(`${from} ${broker}`);
    if (!muted || muted.until <= this.cluster.host.now()) return false;
    muted.requests.push({ from, correlation, broker, request });
    return true;
  }
  timer(id: number): void {
    const channel = this.timers.get(id);
    this.timers.delete(id);
    const muted = channel === undefined ? undefined : this.muted.get(channel);
    if (channel === undefined || !muted || muted.until > this.cluster.host.now()) return;
    this.muted.delete(channel);
    for (const { from, correlation, broker, request } of muted.requests) this.cluster.handle(from, correlation, broker, request);
  }
  /** µs for which a client-id is still throttled. */
  left(clientId: string): number {
    return Math.max(0, (this.throttled.get(clientId) ?? 0) - this.cluster.host.now());
  }
  save(): QuotasState {
    return copyOf({ limits: [...this.limits], rates: [...this.rates], muted: [...this.muted], timers: [...this.timers], next: this.next, throttled: [...this.throttled] });
  }
  load(state: QuotasState): void {
    const { limits, rates, muted, timers, next, throttled } = copyOf(state);
    this.limits = new Map(limits);
    this.rates = new Map(rates.map(([key, samples]) => [key, [...samples]]));
    this.muted = new Map(muted);
    this.timers = new Map(timers);
    this.next = next;
    this.throttled = new Map(throttled);
  }

  /** The average over the last windows, of which at least all but one count as whole (org.apache.kafka.common.metrics.stats.Rate). */
  private record(samples: Sample[], bytes: number, now: number): { readonly sum: number; readonly span: number } {
    const { quotaWindows, quotaWindow } = this.cluster.settings;
    const current = samples.at(-1);
    if (!current || now - current.start >= quotaWindow) samples.push({ start: now, last: now, sum: bytes });
    else {
      current.last = now;
      current.sum += bytes;
    }
    while (samples.length > quotaWindows || now - (samples[0]?.last ?? now) >= quotaWindows * quotaWindow) samples.shift();
    const elapsed = now - (samples[0]?.start ?? now);
    const span = elapsed + Math.max(0, quotaWindows - 1 - Math.floor(elapsed / quotaWindow)) * quotaWindow;
    return { sum: samples.reduce((sum, s) => sum + s.sum, 0), span: Math.max(1000, span) };
  }
  private mute(quota: Quota, from: string, broker: number, until: number, bytes: number): void {
    const { host, out } = this.cluster;
    const channel = `${from} ${broker}`;
    this.muted.set(channel, { until, requests: this.muted.get(channel)?.requests ?? [] });
    const clientId = clientIdOf(from);
    this.throttled.set(clientId, Math.max(until, this.throttled.get(clientId) ?? 0));
    const id = this.next++;
    this.timers.set(id, channel);
    host.after(until - host.now(), 'unmute', id);
    out.push({ kind: 'throttled', quota, client: clientOf(from), broker, pause: until - host.now(), bytes });
  }
}
