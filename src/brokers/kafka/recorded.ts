/** The shapes of conformance/FORMAT.md for Kafka. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };
export type Operation = { readonly op: string; readonly [argument: string]: Json };
export type Isolation = 'read_uncommitted' | 'read_committed';

export const text = (value: Json | undefined, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);
export const number = (value: Json | undefined, otherwise = 0): number => (typeof value === 'number' ? value : otherwise);
export const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
export const object = (value: Json | undefined): JsonObject => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {});
export const outcome = (error: string | null): JsonObject => (error === null || error === 'NONE' ? { ok: true } : { error });
export const isolationOf = (operation: Operation): Isolation => (operation['isolation'] === 'read_committed' ? 'read_committed' : 'read_uncommitted');
export const partitionsOf = (operation: Operation): readonly number[] => (Array.isArray(operation['partitions']) ? list(operation['partitions']).map((one) => number(one)) : [number(operation['partition'])]);
/** Settings of a topic come as Kafka has them: text. */
export const settingOf = (value: Json): Json => (typeof value === 'string' && /^-?[\d.]+$/.test(value) ? Number(value) : value === 'true' ? true : value === 'false' ? false : value);
