/** The path of an executable Chromium; fetches one where there is none. Throws a sentence that names the command to run. */
export function findChromium(): Promise<string>;
