/**
 * A client's dealings with the coordinator of its group: it asks who that is, sends everything there, and asks again when the connection
 * breaks, when the broker says that it is not the coordinator, and when no answer comes within request.timeout.ms.
 * https://kafka.apache.org/44/configuration/consumer-configs/#consumerconfigs_request.timeout.ms
 */
import { Timeouts, type TimeoutsState } from '../timeouts.ts';
import type { ClientHost, ClientState } from './connection.ts';
import type { GroupRequest, Response } from './protocol.ts';
import { refused } from './refused.ts';
import { ms } from './settings.ts';

interface Asked {
  readonly correlation: number;
  readonly request: GroupRequest;
}
export interface CoordinationState {
  /** The broker that it takes for the coordinator; -1 while it knows none. */
  readonly node: number;
  /** Whether it has asked who that is. */
  readonly looking: boolean;
  /** To be sent when that is known. */
  readonly waiting: readonly Asked[];
  /** Without an answer. */
  readonly sent: readonly Asked[];
  readonly timeouts: TimeoutsState;
}
/** What became of a request that was sent to the coordinator. */
type Heard = (correlation: number, response: Response) => void;
/** Errors after which the coordinator is looked for anew. */
const LOST: ReadonlySet<unknown> = new Set(['COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR']);
/** µs that a JoinGroup may take beyond the rebalance timeout (AbstractCoordinator.JOIN_GROUP_TIMEOUT_LAPSE) */
const JOIN_LAPSE = 5_000_000;

export class Coordination {
  private readonly client: ClientState;
  private readonly host: ClientHost;
  private readonly heard: Heard;
  private readonly timeouts: Timeouts;
  private node = -1;
  private looking = false;
  private waiting: Asked[] = [];
  private sent: Asked[] = [];
  constructor(client: ClientState, host: ClientHost, heard: Heard) {
    this.client = client;
    this.host = host;
    this.heard = heard;
    this.timeouts = new Timeouts({
      now: () => host.host.now(),
      call: (delay, lane) => host.later(client, delay, 'coordinator request', lane),
      stands: (correlation) => this.sent.some((one) => one.correlation === correlation),
      expired: () => this.givesUp(),
    });
  }
  /** @returns its correlation */
  request(request: GroupRequest): number {
    const asked = { correlation: this.client.nextCorrelation++, request };
    if (this.node >= 0) this.send(asked);
    else {
      this.waiting.push(asked);
      this.look(request.group);
    }
    return asked.correlation;
  }
  /** Tells whoever asked, unless the answer is one to its own question. */
  answered(correlation: number, response: Response): void {
    if (response.api === 'FindCoordinator') return this.found(response.node);
    const at = this.sent.findIndex((one) => one.correlation === correlation);
    const [asked] = at < 0 ? [] : this.sent.splice(at, 1);
    if (!asked) return;
    const told = response.api === 'Unavailable' ? refused(asked.request, 'COORDINATOR_NOT_AVAILABLE') : response;
    if (LOST.has(errorOf(told))) this.node = -1;
    this.heard(correlation, told);
  }
  due(lane: number): void {
    this.timeouts.due(lane);
  }
  reset(): void {
    this.node = -1;
    this.looking = false;
    this.waiting = [];
    this.sent = [];
    this.timeouts.reset();
  }
  save(): CoordinationState {
    return { node: this.node, looking: this.looking, waiting: [...this.waiting], sent: [...this.sent], timeouts: this.timeouts.save() };
  }
  load({ node, looking, waiting, sent, timeouts }: CoordinationState): void {
    this.node = node;
    this.looking = looking;
    this.waiting = [...waiting];
    this.sent = [...sent];
    this.timeouts.load(timeouts);
  }

  private look(group: string): void {
    if (this.looking) return;
    this.looking = true;
    this.host.request(this.client, -1, { api: 'FindCoordinator', group }, []);
  }
  private found(node: number): void {
    const { waiting } = this;
    this.looking = false;
    this.node = node;
    this.waiting = [];
    for (const asked of waiting) {
      if (node >= 0) this.send(asked);
      else this.heard(asked.correlation, refused(asked.request, 'COORDINATOR_NOT_AVAILABLE'));
    }
  }
  private send(asked: Asked): void {
    const { correlation, request } = asked;
    this.sent.push(asked);
    this.host.request(this.client, this.node, request, [], correlation);
    this.timeouts.set(this.patience(request), correlation);
  }
  /** µs */
  private patience(request: GroupRequest): number {
    const timeout = ms(this.host.config(this.client), 'request.timeout.ms', 30_000);
    return request.api === 'JoinGroup' ? Math.max(timeout, request.join.rebalanceTimeoutMs * 1000 + JOIN_LAPSE) : timeout;
  }
  /** One answer is missing: the connection is closed, and with it goes everything that was sent over it. */
  private givesUp(): void {
    const { sent, node } = this;
    this.sent = [];
    this.node = -1;
    if (node >= 0) this.host.reconnects(this.client, node);
    for (const { correlation, request } of sent) this.heard(correlation, refused(request, 'COORDINATOR_NOT_AVAILABLE'));
  }
}
function errorOf(response: Response): unknown {
  if (response.api === 'Group') return response.response.error;
  return response.api === 'OffsetCommit' || response.api === 'OffsetFetch' ? response.error : null;
}
