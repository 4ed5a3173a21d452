import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../contract.ts';
import type { Driver } from '../driver.ts';
import { javaDriver, type JavaProgram } from '../java.ts';
import { freePort } from '../ports.ts';
import { ended, output, type Sandbox } from '../sandbox.ts';
import { type NodePlace, properties } from './properties.ts';

/** ms that a node may take to start, and to be counted on by the controller */
const PATIENCE = 120_000;

/** ms that a node which may go on needs to fetch what it lacks */
const CATCH_UP = 1_500;

/** The nodes of one cluster, and the driver that speaks to them. */
export class KafkaServers {
  readonly #java: JavaProgram;
  readonly #sandbox: Sandbox;
  readonly #places: readonly NodePlace[];
  readonly #processes: (ChildProcess | null)[];
  readonly #stalled = new Set<number>();
  #driver: Driver | null = null;

  private constructor(java: JavaProgram, sandbox: Sandbox, places: readonly NodePlace[]) {
    this.#java = java;
    this.#sandbox = sandbox;
    this.#places = places;
    this.#processes = places.map(() => null);
  }
  /** @param nodes how many. @param own settings besides those that all have */
  static async start(java: JavaProgram, sandbox: Sandbox, nodes: number, folder: string, own: Readonly<Record<string, string>>): Promise<KafkaServers> {
    const places: NodePlace[] = [];
    for (let node = 0; node < nodes; node++) places.push({ node, port: await freePort(), controller: await freePort(), folder: join(folder, `node-${node}`) });
    const servers = new KafkaServers(java, sandbox, places);
    const id = (await output(java.program, ['-cp', java.jars, 'kafka.tools.StorageTool', 'random-uuid'])).trim().split('\n').at(-1) ?? '';
    for (const place of places) {
      mkdirSync(place.folder, { recursive: true });
      writeFileSync(servers.#config(place.node), properties(place, places, own));
      await output(java.program, ['-cp', java.jars, 'kafka.tools.StorageTool', 'format', '-t', id, '-c', servers.#config(place.node)], place.folder);
    }
    await Promise.all(places.map(({ node }) => servers.#run(node)));
    servers.#driver = javaDriver(
      java,
      ['-Xmx192m'],
      places.map(({ port }) => String(port)),
    );
    await servers.#counted();
    await servers.driver.ask({ op: 'warmUp' });
    return servers;
  }
  get driver(): Driver {
    if (this.#driver === null) throw new Error('the cluster has not started');
    return this.#driver;
  }
  get bootstrap(): string {
    return this.#places.map(({ port }) => `127.0.0.1:${port}`).join(',');
  }
  get nodes(): number {
    return this.#places.length;
  }
  /** SIGKILL */
  async kill(node: number): Promise<void> {
    await this.#end(node, 'SIGKILL');
  }
  /** SIGTERM: a controlled shutdown. */
  async shutDown(node: number): Promise<void> {
    await this.#end(node, 'SIGTERM');
  }
  /** Until the controller counts on it. */
  async start(node: number): Promise<void> {
    await this.#run(node);
    await this.#tellDriver();
    await this.#counted();
  }
  /** SIGSTOP: it replicates nothing, answers nothing and sends no heartbeats. */
  async stall(node: number): Promise<void> {
    this.#processes[node]?.kill('SIGSTOP');
    this.#stalled.add(node);
    await this.#tellDriver();
  }
  /** Until it has fetched what it lacked. */
  async resume(node: number): Promise<void> {
    this.#processes[node]?.kill('SIGCONT');
    this.#stalled.delete(node);
    await this.#tellDriver();
    await sleep(CATCH_UP);
  }
  /** Everything runs again, for the next case. */
  async heal(): Promise<void> {
    for (const node of [...this.#stalled]) await this.resume(node);
    await Promise.all(this.#places.map(({ node }) => (this.#processes[node] === null ? this.#run(node) : null)));
    await this.#tellDriver();
    await this.#counted();
  }
  async stop(): Promise<void> {
    for (const node of [...this.#stalled]) this.#processes[node]?.kill('SIGCONT');
    this.#driver?.stop();
  }

  #config(node: number): string {
    return join(this.#places[node]?.folder ?? '', 'server.properties');
  }
  async #run(node: number): Promise<void> {
    const memory = this.nodes === 1 ? '-Xmx512m' : '-Xmx384m';
    const place = this.#places[node];
    if (place === undefined) throw new Error(`there is no node ${node}`);
    this.#processes[node] = await this.#sandbox.start(this.#java.program, [memory, '-XX:TieredStopAtLevel=1', '-cp', this.#java.jars, 'kafka.Kafka', this.#config(node)], place.port, PATIENCE);
  }
  async #end(node: number, how: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#processes[node];
    if (!child) throw new Error(`node ${node} does not run`);
    await ended(child, how);
    this.#processes[node] = null;
    this.#stalled.delete(node);
    await this.driver.ask({ op: 'gone', node });
    await this.#tellDriver();
  }
  #alive(): number[] {
    return this.#places.map(({ node }) => node).filter((node) => this.#processes[node] !== null && !this.#stalled.has(node));
  }
  async #tellDriver(): Promise<void> {
    const nodes = this.#alive();
    if (nodes.length > 0) await this.driver.ask({ op: 'alive', nodes });
  }
  async #counted(): Promise<void> {
    const alive = this.#alive();
    for (const deadline = Date.now() + PATIENCE; ; await sleep(200)) {
      const counted = (await this.driver.ask({ op: 'registered' })) as readonly number[];
      if (alive.every((node) => counted.includes(node))) return;
      if (Date.now() > deadline) throw new Error(`the controller does not count on all of ${alive.join(', ')}`);
    }
  }
}
