import { redisStreamsConformance } from '../../../src/brokers/redis-streams/conformance.ts';
import type { LiveBroker, LiveServer } from '../contract.ts';
import { RedisClient } from './client.ts';
import { RedisConnection } from './connection.ts';
import { findServer, RedisNode, wantsOwn } from './node.ts';
import { player } from './operations.ts';

async function start(): Promise<LiveServer> {
  const node = await RedisNode.start();
  try {
    const admin = await RedisConnection.open(node.port);
    const version = /^redis_version:(\S+)/m.exec(String(await admin.must(['INFO', 'server'])))?.[1] ?? 'unknown';
    return {
      version,
      async client(example) {
        if (wantsOwn(example)) return new RedisClient(await RedisNode.start(example.server), true);
        await admin.must(['FLUSHALL']);
        return new RedisClient(node, false);
      },
      async stop() {
        admin.close();
        await node.stop();
      },
    };
  } catch (error) {
    await node.stop();
    throw error;
  }
}

export const redisStreams: LiveBroker = {
  model: redisStreamsConformance,
  lanes: 4,
  haste: 2,
  missing: async () => (findServer() === null ? 'There is no redis-server on this machine (Debian: apt-get install redis-server), so Redis Streams was not compared.' : null),
  start,
  player,
};
