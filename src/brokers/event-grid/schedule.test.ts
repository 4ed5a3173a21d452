import { expect, test } from 'vitest';
import { isoDuration } from './duration.ts';
import { failed, newEndpoint, succeeded } from './endpoint.ts';
import { rule } from './rules.ts';
import { type Answer, isFinal, isSuccess, leastWait, outcomeOf, probation, waitAfter } from './schedule.ts';

const s = (us: number) => us / 1e6;

test(rule('push-success'), () => {
  expect([199, 200, 201, 202, 203, 204, 205, 302, 500].filter((code) => isSuccess(code))).toEqual([200, 201, 202, 203, 204]);
});
test(rule('push-final'), () => {
  const codes: Answer[] = [400, 401, 403, 404, 408, 413, 429, 500, 503, 'TimedOut', 'SocketError'];
  expect(codes.filter((code) => isFinal('basic', 'WebHook', code))).toEqual([400, 401, 403, 413]);
  expect(codes.filter((code) => isFinal('basic', 'AzureFunction', code))).toEqual([400, 403, 413]);
});
test(rule('push-schedule'), () => {
  expect(Array.from({ length: 12 }, (_, step) => s(waitAfter('basic', step)))).toEqual([10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 43_200, 43_200]);
});
test(rule('push-least-wait'), () => {
  expect(([401, 404, 408, 500, 503, 'TimedOut'] as Answer[]).map((code) => s(leastWait('basic', 'AzureFunction', code)))).toEqual([300, 300, 120, 10, 30, 10]);
  expect(([404, 408, 500, 503] as Answer[]).map((code) => s(leastWait('basic', 'WebHook', code)))).toEqual([10, 120, 10, 30]);
});
test(rule('namespace-schedule'), () => {
  expect(Array.from({ length: 7 }, (_, step) => s(waitAfter('namespace', step)))).toEqual([0, 10, 30, 60, 300, 300, 300]);
});
test(rule('namespace-final'), () => {
  const codes: Answer[] = [400, 401, 403, 404, 408, 414, 429, 500, 'TimedOut', 'SocketError'];
  expect(codes.filter((code) => isFinal('namespace', 'WebHook', code))).toEqual([400, 401, 403, 404, 414, 'TimedOut', 'SocketError']);
});
test(rule('push-delayed'), () => {
  const table: [Answer, number][] = [
    [503, 10],
    [404, 300],
    ['SocketError', 30],
    ['ResolutionError', 300],
    ['TimedOut', 10],
    [401, 300],
    [403, 300],
  ];
  for (const [answer, seconds] of table) expect([outcomeOf(answer), s(probation(answer, 0))]).toEqual([outcomeOf(answer), seconds]);
  const endpoint = newEndpoint();
  expect(Array.from({ length: 11 }, () => s(failed(endpoint, 503, 0, 10)))).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0]);
  endpoint.delayedUntil = -1;
  expect(s(failed(endpoint, 503, 10e6, 10))).toBe(20);
  expect(s(probation('SocketError', 20))).toBe(10_800);
  expect([succeeded(endpoint, 200), endpoint.failures, endpoint.rounds]).toEqual([true, 0, 0]);
});
test('durations as ISO 8601 writes them', () => {
  expect(['PT1M', 'P1D', 'P0DT23H12M', 'P1DT0H0M0S', 'PT90S'].map((text) => s(isoDuration(text) ?? -1e6))).toEqual([60, 86_400, 83_520, 86_400, 90]);
  expect(['', 'P', 'PT', 'P1DT', '1M', 'P1Y', 'PT1.5M'].map(isoDuration)).toEqual([undefined, undefined, undefined, undefined, undefined, undefined, undefined]);
});
