import { fileURLToPath } from 'node:url';
import { snsConformance } from '../../../src/brokers/sqs/sns-conformance.ts';
import { sqsConformance } from '../../../src/brokers/sqs/conformance.ts';
import type { ConformanceModel } from '../../../src/testing/conformance-runner.ts';
import type { LiveBroker } from '../contract.ts';
import { Driver } from '../driver.ts';
import { emulator } from '../emulator.ts';
import { output, programAt } from '../sandbox.ts';

/** Amazon SQS and SNS run nowhere but at Amazon: moto stands in for them, an emulator in Python. */

const SCRIPT = fileURLToPath(new URL('emulator.py', import.meta.url));
const python = () => programAt('python3', 'PYTHON');

async function missing(title: string): Promise<string | null> {
  const program = python();
  const sentence = `There is no Python with the packages moto, boto3 and freezegun on this machine (pip install 'moto[sqs,sns]' boto3 freezegun; PYTHON names its program), so ${title} was not compared with an emulator.`;
  if (program === null) return sentence;
  try {
    await output(program, ['-c', 'import boto3, freezegun, moto']);
    return null;
  } catch {
    return sentence;
  }
}
const live = (title: string, model: ConformanceModel): LiveBroker => ({ model, lanes: 1, missing: () => missing(title), start: () => emulator('moto', model, new Driver(python() ?? 'python3', [SCRIPT])) });

export const sqs = live('Amazon SQS', sqsConformance);
export const sns = live('Amazon SNS', snsConformance);
