/** Every refusal is provoked, and has the name and the words of the documentation. */
import { expect, test } from 'vitest';
import type { Refusal } from '../contract.ts';
import { errors, isTransient } from './errors.ts';
import { Bench } from './service.test-kit.ts';

const refusalOf = (found: unknown): Refusal | undefined => (typeof found === 'object' && found !== null && 'refused' in found ? (found as Refusal) : undefined);
const entryOf = (bench: Bench, form: Parameters<Bench['entry']>[1]) => {
  const results = bench.service.putEvents('main', [bench.entry(0, form)]);
  return 'refused' in results ? results : refusalOf(results[0]);
};
const replayed = (bench: Bench) => {
  bench.archive('history');
  bench.service.startReplay('history', { name: 'r', from: 0, to: 1e9, rules: [] });
  return bench.seconds(5);
};
const PROVOKED: Readonly<Record<keyof typeof errors, () => Refusal | undefined>> = {
  throttling: () => {
    const bench = new Bench({ putEventsPerSecond: 1 });
    bench.put(0);
    return refusalOf(bench.put(1));
  },
  validation: () => refusalOf(new Bench({ entrySize: 1 }).put(0)),
  resourceNotFound: () => refusalOf(new Bench().service.putEvents('nowhere', [])),
  invalidEventPattern: () => new Bench().rule('r', '{}x'),
  limitExceeded: () => new Bench({ rulesPerBus: 0 }).rule('r'),
  resourceAlreadyExists: () => refusalOf(replayed(new Bench()).service.startReplay('history', { name: 'r', from: 0, to: 1e9, rules: [] })),
  illegalStatus: () => replayed(new Bench()).service.cancelReplay('r'),
  internalFailure: () => entryOf(new Bench({ entryFailures: 1 }), {}),
  notAuthorizedForSource: () => entryOf(new Bench(), { source: 'aws.s3' }),
  invalidArgument: () => entryOf(new Bench(), { detailType: '' }),
  malformedDetail: () => entryOf(new Bench(), { detail: '"text"' }),
};
const NAMES: Readonly<Record<keyof typeof errors, string>> = {
  throttling: 'ThrottlingException',
  validation: 'ValidationException',
  resourceNotFound: 'ResourceNotFoundException',
  invalidEventPattern: 'InvalidEventPatternException',
  limitExceeded: 'LimitExceededException',
  resourceAlreadyExists: 'ResourceAlreadyExistsException',
  illegalStatus: 'IllegalStatusException',
  internalFailure: 'InternalFailure',
  notAuthorizedForSource: 'NotAuthorizedForSourceException',
  invalidArgument: 'InvalidArgument',
  malformedDetail: 'MalformedDetail',
};
test.each(Object.keys(errors) as (keyof typeof errors)[])('%s', (name) => {
  const refusal = PROVOKED[name]();
  expect(refusal).toMatchObject({ refused: true, name: NAMES[name], closes: 'message' });
  expect(refusal?.text).not.toBe('');
});
test('the client library tries again what is throttled and what fails inside the service', () => {
  expect(Object.values(PROVOKED).flatMap((provoke) => (isTransient(provoke() as Refusal) ? [provoke()?.name] : []))).toEqual(['ThrottlingException', 'InternalFailure']);
});
