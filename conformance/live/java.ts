import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Unavailable } from './contract.ts';
import { Driver } from './driver.ts';
import { output, programAt } from './sandbox.ts';

/** Servers that Maven Central has, and drivers in Java: beside the broker's own file are `pom.xml` and the sources in `driver/`; how they are asked is in `requests/`. */

const java = () => programAt('java', 'JAVA');
const javac = () => programAt('javac', 'JAVAC');
const maven = () => programAt('mvn', 'MAVEN');

/** What is taken from Maven Central. */
export interface JavaServer {
  readonly title: string;
  /** The address of the folder with its `pom.xml`. */
  readonly at: string;
  /** A jar whose name has the version. */
  readonly jar: string;
}
/** The server's own classes and the driver's. */
export interface JavaProgram {
  readonly program: string;
  /** Class paths: the server's, and with the driver's. */
  readonly library: string;
  readonly jars: string;
  readonly version: string;
}
export function missingJava({ title }: JavaServer): string | null {
  const absent = [java() === null || javac() === null ? 'Java (17 or newer, with its compiler)' : '', maven() === null ? 'Maven' : ''].filter((one) => one !== '');
  return absent.length === 0 ? null : `There is no ${absent.join(' and no ')} on this machine (Debian: apt-get install openjdk-17-jdk-headless maven), so ${title} was not compared.`;
}
/** @param folder for what is made. @throws Unavailable when the server cannot be had */
export async function javaProgram(server: JavaServer, folder: string): Promise<JavaProgram> {
  const here = (name: string) => fileURLToPath(new URL(name, server.at));
  const library = await fromMaven(server, here('pom.xml'), folder);
  const classes = join(folder, 'driver');
  mkdirSync(classes);
  const shared = fileURLToPath(new URL('requests', import.meta.url));
  const sources = [here('driver'), shared].flatMap((of) => readdirSync(of).map((name) => join(of, name)));
  await output(javac() ?? 'javac', ['-nowarn', '-proc:none', '-d', classes, '-cp', library, ...sources]);
  return { program: java() ?? 'java', library, jars: `${classes}${delimiter}${library}`, version: new RegExp(`${server.jar}-(\\d[\\w.]*)\\.jar`).exec(library)?.[1] ?? 'unknown' };
}
/** Starts the driver's class. @param options of the Java machine */
export const javaDriver = ({ program, jars }: JavaProgram, options: readonly string[], args: readonly string[]): Driver => new Driver(program, [...options, '-cp', jars, 'Driver', ...args]);

async function fromMaven({ title }: JavaServer, pom: string, folder: string): Promise<string> {
  const file = join(folder, 'classpath');
  try {
    await output(maven() ?? 'mvn', ['-q', '-B', '-f', pom, 'dependency:build-classpath', `-Dmdep.outputFile=${file}`], folder);
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new Unavailable(`Maven could not get ${title} from Maven Central, so it was not compared.`);
  }
}
