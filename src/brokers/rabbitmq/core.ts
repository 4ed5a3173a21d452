import type { PolicyArgs, RabbitHost, RabbitOptions } from './api.ts';
import { Deque } from '../../base/deque.ts';
import type { DeathReason, PublishArgs, RabbitEvent, Version } from './events.ts';
import type { Channel, Connection, Copy, Cover, Exchange, Queue } from './model.ts';

export type Settings = Required<Omit<RabbitOptions, 'version' | 'nodes'>>;

export const defaults: Settings = {
  memory: 0,
  vm_memory_high_watermark: 0.6,
  disk_free_limit: 50_000_000,
  max_message_size: 16_777_216,
  channel_max: 2047,
  consumer_timeout: 1_800_000,
  channel_tick_interval: 60_000,
  dead_letter_worker_publisher_confirm_timeout: 180_000,
  queueIntakeRate: 0,
};

export interface Node {
  readonly name: string;
  up: boolean;
}

/** A copy on its way to a dead-letter exchange. */
export interface Funeral {
  readonly copy: Copy;
  readonly queue: string;
  readonly fromQuorum: boolean;
  readonly exchange: string;
  readonly routingKey: string | null;
  readonly reason: DeathReason;
  /** reject-publish-dlx: the message never became a copy of the queue. */
  readonly refused: boolean;
}

/** All state of the server. The rooms beside it are functions over it. */
export class Core {
  readonly host: RabbitHost;
  readonly version: Version;
  readonly since40: boolean;
  readonly since43: boolean;
  readonly out: RabbitEvent[] = [];
  settings: Settings;
  readonly nodes: Node[];
  readonly connections = new Map<string, Connection>();
  readonly exchanges = new Map<string, Exchange>();
  readonly queues = new Map<string, Queue>();
  readonly queuesById = new Map<number, Queue>();
  readonly policies = new Map<string, PolicyArgs>();
  readonly replyChannels = new Map<number, Channel>();
  /** Handed out in order; never reused. */
  counters = { copy: 0, queue: 0, order: 0, tag: 0 };
  /** Dead letters of this instant, in the order of their deaths. */
  readonly funerals = new Deque<Funeral>();
  /** Covers of the newest publications, by routing key: found again, not remembered. */
  readonly covers = new Map<string, { readonly args: PublishArgs; readonly cover: Cover }>();
  /** Messages and their body bytes in all queues. */
  stored = { copies: 0, bytes: 0 };
  memoryAlarm = false;
  /** What the memory monitor saw last; it looks once a second. */
  memoryHigh = false;
  memoryCheckAt = -1;
  blockedConnections = 0;
  /** Connections that the broker reads again: what waits in their sockets comes next. */
  readonly resumed = new Deque<Connection>();
  forcedMemoryAlarm = false;
  diskAlarm = false;
  diskFree = Number.MAX_SAFE_INTEGER;
  /** Queues whose at-least-once worker has something to do. */
  readonly workers = new Set<number>();
  /** Queues that hold deliveries which may time out: the check runs once a minute. */
  timeoutCheckAt = -1;

  constructor(host: RabbitHost, options: RabbitOptions) {
    this.host = host;
    this.version = options.version;
    this.since40 = options.version !== '3.10.8';
    this.since43 = options.version === '4.3';
    const { version: _version, nodes, ...settings } = options;
    this.settings = { ...defaults, ...settings };
    this.nodes = (nodes ?? ['rabbit@node-1']).map((name) => ({ name, up: true }));
  }

  now(): number {
    return this.host.now();
  }
  emit(event: RabbitEvent): void {
    this.out.push(event);
  }
  order(): number {
    return this.counters.order++;
  }
  nodeUp(name: string | null): boolean {
    return this.nodes.some((node) => node.name === name && node.up);
  }
  /** Declaring, binding and deleting need a majority of the cluster from 4.3 on (Khepri). */
  metadataAvailable(): boolean {
    return !this.since43 || this.nodes.filter((node) => node.up).length * 2 > this.nodes.length;
  }

  /** What an idle node uses, and what a message costs beside its body. */
  memory(): number {
    return IDLE_BYTES + this.stored.bytes + this.stored.copies * MESSAGE_OVERHEAD;
  }
}

const IDLE_BYTES = 100_000_000;
const MESSAGE_OVERHEAD = 720;
