import type { Sealed } from './sealed.ts';

const isSealed = (value: object): value is Sealed => 'above' in value && 'least' in value && ArrayBuffer.isView(value.above);

/**
 * Tells every number that plain data holds, also as the key of a map or record, or as digits within a string; sealed columns as the numbers they stand for. Some more than once.
 * @param skip what is not looked into
 */
export function numbersIn(data: unknown, see: (number: number) => void, skip: (data: object) => boolean = () => false): void {
  if (typeof data === 'number') see(data);
  else if (typeof data === 'string') for (const [digits] of data.matchAll(/\d+/g)) see(Number(digits));
  else if (typeof data !== 'object' || data === null || skip(data)) return;
  else if (ArrayBuffer.isView(data)) for (const number of data as Float64Array) see(number);
  else if (Array.isArray(data) || data instanceof Set) for (const one of data) numbersIn(one, see, skip);
  else if (data instanceof Map)
    for (const [key, value] of data) {
      numbersIn(key, see, skip);
      numbersIn(value, see, skip);
    }
  else if (isSealed(data)) for (const above of data.above) see(data.least + above);
  else
    for (const [key, value] of Object.entries(data)) {
      numbersIn(key, see, skip);
      numbersIn(value, see, skip);
    }
}
