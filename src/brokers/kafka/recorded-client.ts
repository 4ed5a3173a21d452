import type { Messages } from '../../history/messages.ts';
import { RandomStream } from '../../kernel/random.ts';
import type { RoomHost } from '../contract.ts';
import type { ClientHost, ClientState } from './connection.ts';
import { object, type Operation, settingOf } from './recorded.ts';
import type { RecordedCluster } from './recorded-cluster.ts';
import type { Response } from './protocol.ts';
import type { Config } from './settings.ts';

const nothing = () => undefined;

/** What a client library's session is called with. */
interface Session {
  answered(correlation: number, response: Response): void;
  timer(name: string, arg: number): void;
}
interface Made {
  readonly config: Config;
  readonly topic: string;
  readonly messages: Messages;
  keyName(message: number): string;
  session(): Session;
  /** The broker, or the library, refused something. */
  refused?(name: string): void;
}
export const stateOf = (name: string, kind: ClientState['kind']): ClientState => ({ id: `${name} link#0`, link: 'link', client: name, kind, wanted: false, life: 0, nextCorrelation: 0 });
export const configOf = (operation: Operation): Config => Object.fromEntries(Object.entries(object(operation['config'])).map(([setting, value]) => [setting, settingOf(value)]));

/** The surroundings of one session of the client library, in the virtual time of a recorded cluster. */
export function clientHost(node: RecordedCluster, { config, topic, messages, keyName, session, refused }: Made): ClientHost {
  const luck = (purpose: string) => new RandomStream(1, purpose);
  const host: RoomHost = {
    now: () => node.clock.now(),
    after: nothing,
    hop: nothing,
    forget: nothing,
    pass: nothing,
    record: (kind, { reason = '' }) => {
      if (kind === 'refused') refused?.(reason.replace('kafka.', ''));
      return -1;
    },
    write: () => -1,
    copy: () => -1,
    luck,
    messages,
    keyName,
  };
  return {
    host,
    request: (state, broker, request, _drawn, correlation = state.nextCorrelation++) => {
      // The answer never comes before the request has its number.
      node.send(broker, request, (response) => node.later(0, () => session().answered(correlation, response)), state.id);
      return correlation;
    },
    reconnects: (state, broker) => node.cluster.nodes.reconnects(state.id, broker),
    later: (state, delay, name, arg) => {
      const { life } = state;
      node.later(delay, () => {
        if (state.life === life) session().timer(name, arg);
      });
    },
    config: () => config,
    topicOf: () => topic,
    luck: (_, purpose) => luck(purpose),
  };
}
