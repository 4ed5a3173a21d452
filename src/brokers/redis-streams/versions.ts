/** The versions that are modelled: two recorded, and the newest that the model was compared with. */
export const VERSIONS = ['7.0.15', '8.0.2', '8.6.3'] as const;
export const NEWEST = '8.6.3';
export type Version = (typeof VERSIONS)[number];

const number = (version: string): number => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 100 + minor;
};
/** Whether a version has what came with `since` ("8.2"). */
export const has = (version: Version, since: string): boolean => number(version) >= number(since);
