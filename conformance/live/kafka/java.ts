import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Unavailable } from '../contract.ts';
import { output, programAt } from '../sandbox.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const java = () => programAt('java', 'JAVA');
const javac = () => programAt('javac', 'JAVAC');
const maven = () => programAt('mvn', 'MAVEN');

/** Kafka's own classes and the driver's. */
export interface JavaProgram {
  readonly program: string;
  /** The class path. */
  readonly jars: string;
  readonly version: string;
}
export function missingJava(): string | null {
  const absent = [java() === null || javac() === null ? 'Java (17 or newer, with its compiler)' : '', maven() === null ? 'Maven' : ''].filter((one) => one !== '');
  return absent.length === 0 ? null : `There is no ${absent.join(' and no ')} on this machine (Debian: apt-get install openjdk-17-jdk-headless maven), so Kafka was not compared.`;
}
/** @param folder for what is made. @throws Unavailable when Kafka cannot be had */
export async function javaProgram(folder: string): Promise<JavaProgram> {
  const kafka = await fromMaven(folder);
  const classes = join(folder, 'driver');
  mkdirSync(classes);
  const sources = readdirSync(here('driver')).map((name) => here(`driver/${name}`));
  await output(javac() ?? 'javac', ['-nowarn', '-d', classes, '-cp', kafka, ...sources]);
  return { program: java() ?? 'java', jars: `${classes}${delimiter}${kafka}`, version: /kafka-clients-(\d[\w.]*)\.jar/.exec(kafka)?.[1] ?? 'unknown' };
}
async function fromMaven(folder: string): Promise<string> {
  const file = join(folder, 'classpath');
  try {
    await output(maven() ?? 'mvn', ['-q', '-B', '-f', here('pom.xml'), 'dependency:build-classpath', `-Dmdep.outputFile=${file}`], folder);
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new Unavailable('Maven could not get Apache Kafka from Maven Central, so Kafka was not compared.');
  }
}
