import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/testing/conformance-runner.ts';
import { sleep } from '../contract.ts';
import type { JavaProgram } from '../java.ts';
import { freePort } from '../ports.ts';
import { ended, Sandbox } from '../sandbox.ts';
import { Admin } from './admin.ts';

/** ms that Pulsar may take to start */
const PATIENCE = 120_000;

/** What Pulsar needs of Java 17, as its own bin/pulsar says. */
const OPEN = ['java.base/java.nio', 'java.base/jdk.internal.misc', 'java.base/sun.net', 'java.base/sun.nio.ch', 'java.base/jdk.internal.platform', 'java.management/sun.management', 'jdk.management/com.sun.management.internal'];
const JVM = ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', ...OPEN.flatMap((one) => ['--add-opens', `${one}=ALL-UNNAMED`])];

/** standalone.conf besides what a case says: small, on the loopback alone, and without what no case is about. */
const SMALL = {
  bindAddress: '127.0.0.1',
  advertisedAddress: '127.0.0.1',
  allowLoopback: true,
  clusterName: 'standalone',
  loadBalancerEnabled: false,
  systemTopicEnabled: false,
  topicLevelPoliciesEnabled: false,
  defaultNumberOfNamespaceBundles: 1,
  managedLedgerCacheSizeMB: 16,
  dbStorage_writeCacheMaxSizeMb: 16,
  dbStorage_readAheadCacheMaxSizeMb: 16,
  numHttpServerThreads: 4,
  numIOThreads: 2,
};
/** Of a case, but no settings of a broker. */
const BOOKIES = 'bookies';

/** A broker and its bookies in one process, without ZooKeeper. */
export class Standalone {
  readonly port: number;
  readonly admin: Admin;
  readonly #java: JavaProgram;
  readonly #sandbox: Sandbox;
  readonly #web: number;
  readonly #args: readonly string[];
  #process: ChildProcess | null = null;

  private constructor(java: JavaProgram, sandbox: Sandbox, ports: { readonly broker: number; readonly web: number }, args: readonly string[]) {
    this.#java = java;
    this.#sandbox = sandbox;
    this.port = ports.broker;
    this.#web = ports.web;
    this.#args = args;
    this.admin = new Admin(ports.web);
  }
  /** @param config settings of broker.conf, and how many bookies */
  static async start(java: JavaProgram, config: JsonObject): Promise<Standalone> {
    const sandbox = new Sandbox('pulsar');
    try {
      const [broker, web, bookie] = [await freePort(), await freePort(), await freePort()];
      const bookies = Number(config[BOOKIES] ?? 1);
      const quorum = { managedLedgerDefaultEnsembleSize: bookies, managedLedgerDefaultWriteQuorum: bookies, managedLedgerDefaultAckQuorum: bookies };
      const settings = Object.entries({ ...SMALL, ...quorum, brokerServicePort: broker, webServicePort: web, ...config }).filter(([name]) => name !== BOOKIES);
      const conf = join(sandbox.folder, 'standalone.conf');
      writeFileSync(conf, settings.map(([name, value]) => `${name}=${String(value)}\n`).join(''));
      mkdirSync(join(sandbox.folder, 'data'));
      const args = ['--config', conf, '--metadata-dir', join(sandbox.folder, 'data', 'metadata'), '--bookkeeper-dir', join(sandbox.folder, 'data', 'bookies'), '--bookkeeper-port', String(bookie), '--num-bookies', String(bookies), '--no-functions-worker', '--no-stream-storage'];
      const standalone = new Standalone(java, sandbox, { broker, web }, args);
      await standalone.begin();
      return standalone;
    } catch (error) {
      await sandbox.stop();
      throw error;
    }
  }
  /** With the files that are there. */
  async begin(): Promise<void> {
    this.#process = await this.#sandbox.start(this.#java.program, [...JVM, '-cp', this.#java.library, 'org.apache.pulsar.PulsarStandaloneStarter', ...this.#args], this.#web, PATIENCE);
    for (const deadline = Date.now() + PATIENCE; !(await this.admin.isReady()); await sleep(100)) if (Date.now() > deadline) throw new Error('Pulsar has not made its namespaces');
  }
  async kill(): Promise<void> {
    if (this.#process !== null) await ended(this.#process, 'SIGKILL');
    this.#process = null;
  }
  async stop(): Promise<void> {
    await this.kill();
    await this.#sandbox.stop();
  }
}
