import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kafkaConformance } from '../../../src/brokers/kafka/conformance.ts';
import { type LiveBroker, type LiveServer, Unavailable } from '../contract.ts';
import { freePort, output, programAt, Sandbox } from '../sandbox.ts';
import { KafkaClient } from './client.ts';
import { Driver } from './driver.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const java = () => programAt('java', 'JAVA');
const javac = () => programAt('javac', 'JAVAC');
const maven = () => programAt('mvn', 'MAVEN');

/** One node, broker and controller, as the cases suppose (conformance/FORMAT.md). What is not named has Kafka's default. */
const properties = (port: number, controller: number, folder: string) => `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
log.dirs=${join(folder, 'data')}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
transaction.abort.timed.out.transaction.cleanup.interval.ms=100
group.initial.rebalance.delay.ms=0
log.cleaner.backoff.ms=200
log.retention.check.interval.ms=500
log.initial.task.delay.ms=500
`;

async function classpath(folder: string): Promise<string> {
  const file = join(folder, 'classpath');
  try {
    await output(maven() ?? 'mvn', ['-q', '-B', '-f', here('pom.xml'), 'dependency:build-classpath', `-Dmdep.outputFile=${file}`], folder);
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new Unavailable('Maven could not get Apache Kafka from Maven Central, so Kafka was not compared.');
  }
}

async function start(): Promise<LiveServer> {
  const sandbox = new Sandbox('kafka');
  let driver: Driver | null = null;
  try {
    const jars = await classpath(sandbox.folder);
    const version = /kafka-clients-(\d[\w.]*)\.jar/.exec(jars)?.[1] ?? 'unknown';
    const [port, controller] = [await freePort(), await freePort()];
    const config = join(sandbox.folder, 'server.properties');
    writeFileSync(config, properties(port, controller, sandbox.folder));
    const program = java() ?? 'java';
    const id = (await output(program, ['-cp', jars, 'kafka.tools.StorageTool', 'random-uuid'])).trim().split('\n').at(-1) ?? '';
    await output(program, ['-cp', jars, 'kafka.tools.StorageTool', 'format', '-t', id, '-c', config], sandbox.folder);
    await sandbox.start(program, ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-cp', jars, 'kafka.Kafka', config], port, 60_000);
    driver = new Driver(program, jars, here('Driver.java'), port);
    const running = driver;
    await running.ask({ op: 'warmUp' });
    let cases = 0;
    return {
      version,
      async client() {
        await running.ask({ op: 'reset' });
        return new KafkaClient(running, `case${++cases}.`);
      },
      async stop() {
        running.stop();
        await sandbox.stop();
      },
    };
  } catch (error) {
    driver?.stop();
    await sandbox.stop();
    throw error;
  }
}

async function missing(): Promise<string | null> {
  const absent = [java() === null || javac() === null ? 'Java (17 or newer, with its compiler)' : '', maven() === null ? 'Maven' : ''].filter((one) => one !== '');
  return absent.length === 0 ? null : `There is no ${absent.join(' and no ')} on this machine (Debian: apt-get install openjdk-17-jdk-headless maven), so Kafka was not compared.`;
}

export const kafka: LiveBroker = { model: kafkaConformance, lanes: 1, missing, start };
