import { Command, InvalidArgumentError } from 'commander';

/** As sysexits.h: the command was used wrongly, or its data are wrong. */
export const INVALID = 64;

/** A command of the project: `--help` tells how it is used; what it does not understand gets a sentence, the usage and status 64. */
export function command(name: string, about: string): Command {
  return new Command(name)
    .description(about)
    .showHelpAfterError()
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : INVALID));
}

/** Reads a whole number of at least `least`. */
export function whole(least: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!Number.isSafeInteger(value) || value < least) throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
    return value;
  };
}
