import { fileURLToPath } from 'node:url';
import type { Json, JsonObject } from '../../../src/testing/conformance-runner.ts';
import { Unavailable } from '../contract.ts';
import { output, programAt } from '../sandbox.ts';

const SCRIPT = fileURLToPath(new URL('librdkafka.py', import.meta.url));

/** The partitions that a producer of librdkafka chooses. @throws Unavailable without Python and its package confluent-kafka */
export async function sendByLibrdkafka(bootstrap: string, operation: JsonObject): Promise<Json> {
  const python = programAt('python3', 'PYTHON');
  const missing = 'There is no Python with the package confluent-kafka on this machine (pip install confluent-kafka; PYTHON names its program)';
  if (python === null) throw new Unavailable(missing);
  try {
    return { partitions: JSON.parse(await output(python, [SCRIPT, bootstrap, JSON.stringify(operation)])) as Json };
  } catch (error) {
    if (String(error).includes('ModuleNotFoundError')) throw new Unavailable(missing);
    throw error;
  }
}
