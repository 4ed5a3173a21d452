import type { Json, JsonObject } from '../../../src/testing/conformance-runner.ts';

const NAMESPACE = 'public/default';

/** Pulsar's REST interface for administrators, as far as cases need it. */
export class Admin {
  readonly #base: string;

  constructor(port: number) {
    this.#base = `http://127.0.0.1:${port}/admin/v2`;
  }
  /** The last namespace that a new standalone server makes is there. */
  async isReady(): Promise<boolean> {
    try {
      return ((await this.#ask('GET', 'namespaces/pulsar')) as readonly Json[]).includes('pulsar/system');
    } catch {
      return false;
    }
  }
  async createTopic(path: string, partitions: number): Promise<void> {
    await this.#ask('PUT', partitions === 0 ? path : `${path}/partitions`, partitions === 0 ? undefined : partitions);
  }
  /** @param partitions the new number */
  async addPartitions(path: string, partitions: number): Promise<void> {
    await this.#ask('POST', `${path}/partitions`, partitions);
  }
  async unload(path: string): Promise<void> {
    await this.#ask('PUT', `${path}/unload`);
  }
  async stats(path: string): Promise<JsonObject> {
    return (await this.#ask('GET', `${path}/stats?getPreciseBacklog=true`)) as JsonObject;
  }
  /** Topics, whoever uses them. */
  async deleteEverything(): Promise<void> {
    for (const domain of ['persistent', 'non-persistent']) {
      for (const topic of (await this.#ask('GET', `${domain}/${NAMESPACE}/partitioned`)) as readonly string[]) await this.#drop(topic, '/partitions');
      for (const topic of (await this.#ask('GET', `${domain}/${NAMESPACE}`)) as readonly string[]) await this.#drop(topic, '');
    }
  }
  static path(topic: string, persistent: boolean): string {
    return `${persistent ? 'persistent' : 'non-persistent'}/${NAMESPACE}/${topic}`;
  }
  async #drop(topic: string, what: string): Promise<void> {
    // Somebody else may have been quicker.
    await this.#ask('DELETE', `${topic.replace('://', '/')}${what}?force=true`).catch(() => undefined);
  }
  async #ask(method: string, path: string, body?: Json): Promise<Json> {
    const response = await fetch(`${this.#base}/${path}`, { method, headers: { 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
    return text === '' ? null : (JSON.parse(text) as Json);
  }
}
