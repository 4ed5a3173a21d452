import type { Refusal } from '../contract.ts';
import type { Outcome } from './api.ts';
import type { FieldValue, Table } from './events.ts';

/** Recorded operations and their arguments (conformance/FORMAT.md). */

export type Operation = { readonly op: string; readonly [argument: string]: FieldValue };
export type Shown = Record<string, FieldValue>;
/** What an operation comes to; a function is asked when all its consequences are known. */
export type Verb = (operation: Operation) => FieldValue | (() => FieldValue);
export interface OpenChannel {
  readonly connection: string;
  readonly number: number;
}

export const text = (value: FieldValue | undefined, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);
export const flag = (value: FieldValue | undefined): boolean => value === true;
export const isTable = (value: FieldValue | undefined): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value);
export const table = (value: FieldValue | undefined): Table => (isTable(value) ? value : {});
export const list = (value: FieldValue | undefined): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
export const bytes = (body: string) => encodeURIComponent(body).replace(/%[0-9A-F]{2}/g, '.').length;
export const errorOf = (refusal: Refusal) => ({ code: refusal.code, name: refusal.name.replaceAll('_', '-') });

/** Where an operation is done, unless it names a connection: the server that it names, or the first. */
export const placeOf = ({ connection, server }: Partial<Operation>): string => text(connection, text(server, 'main'));
/** What nobody names is a channel of its own on every server; a consumer's is its own in any case. */
export const channelOf = ({ op, channel, server }: Operation, usual: string): string => text(channel, server === undefined || op === 'consume' || op === 'cancel' ? usual : `${usual} at ${text(server)}`);

export const answerOf = <T>(outcome: Outcome<T>, show: (result: T) => FieldValue = () => null): FieldValue => (outcome.refused ? { error: errorOf(outcome) } : show(outcome));
