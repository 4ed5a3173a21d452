import type { Json, JsonObject } from '../../../src/testing/conformance-runner.ts';

/** Arguments of operations. */
export const text = (value: Json | undefined, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);
export const flag = (value: Json | undefined): boolean => value === true;
export const list = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(String) : []);
export const object = (value: Json | undefined): JsonObject => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {});
