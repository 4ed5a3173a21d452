import { join } from 'node:path';
import { kafkaConformance } from '../../../src/brokers/kafka/conformance.ts';
import type { LiveBroker, LiveCase, LiveServer } from '../contract.ts';
import { type JavaServer, javaProgram, missingJava } from '../java.ts';
import { Sandbox } from '../sandbox.ts';
import { KafkaClient } from './client.ts';
import { player } from './operations.ts';
import { KafkaServers } from './servers.ts';

const APACHE_KAFKA: JavaServer = { title: 'Apache Kafka', at: import.meta.url, jar: 'kafka-clients' };

/** How many nodes a case is about: its first operation may say so. */
function nodesOf({ setup }: LiveCase): number {
  const [first] = setup;
  return first?.op === 'settings' && typeof first['nodes'] === 'number' ? first['nodes'] : 1;
}

/** Clusters are started when a case first needs one of their size and settings. */
async function start(): Promise<LiveServer> {
  const sandbox = new Sandbox('kafka');
  const clusters = new Map<string, Promise<KafkaServers>>();
  try {
    const java = await javaProgram(APACHE_KAFKA, sandbox.folder);
    let cases = 0;
    return {
      version: java.version,
      async client(example) {
        const nodes = nodesOf(example);
        const own = (example.server ?? {}) as Readonly<Record<string, string>>;
        const kind = `${nodes} ${JSON.stringify(own)}`;
        const cluster = clusters.get(kind) ?? KafkaServers.start(java, sandbox, nodes, join(sandbox.folder, `cluster-${clusters.size}`), own);
        clusters.set(kind, cluster);
        const servers = await cluster;
        await servers.driver.ask({ op: 'reset' });
        return new KafkaClient(servers, `case${++cases}.`);
      },
      async stop() {
        for (const cluster of clusters.values()) await cluster.then((servers) => servers.stop()).catch(() => undefined);
        await sandbox.stop();
      },
    };
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}

export const kafka: LiveBroker = { model: kafkaConformance, lanes: 1, missing: async () => missingJava(APACHE_KAFKA), start, player };
