/** A pull request. Durations are nanoseconds. https://docs.nats.io/nats-concepts/jetstream/consumers#pull-consumers */
export interface PullArgs {
  readonly batch?: number;
  /** 0 or absent: the request never expires by itself. */
  readonly expires?: number;
  readonly no_wait?: boolean;
  readonly max_bytes?: number;
  readonly idle_heartbeat?: number;
  /** Since 2.11: priority groups. */
  readonly group?: string;
  readonly id?: string;
  readonly min_pending?: number;
  readonly min_ack_pending?: number;
  /** Since 2.12: 0 (first) to 9. */
  readonly priority?: number;
}
