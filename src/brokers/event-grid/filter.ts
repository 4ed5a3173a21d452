/** Which events of a topic a subscription gets. https://learn.microsoft.com/azure/event-grid/event-filtering */
import type { Refusal } from '../contract.ts';
import { type AdvancedFilter, matchesAdvanced, parseAdvancedFilters } from './advanced-filter.ts';
import type { EventView } from './event.ts';

/** The settings of a subscription that choose. */
export interface FilterSettings {
  /** Separated by blanks or commas; empty or All: every type. */
  readonly includedEventTypes: string;
  readonly subjectBeginsWith: string;
  readonly subjectEndsWith: string;
  readonly isSubjectCaseSensitive: boolean;
  /** A JSON array. */
  readonly advancedFilters: string;
  readonly enableAdvancedFilteringOnArrays: boolean;
}
export interface Filter {
  /** null: every type. */
  readonly types: ReadonlySet<string> | null;
  readonly begins: string;
  readonly ends: string;
  readonly caseSensitive: boolean;
  readonly advanced: readonly AdvancedFilter[];
  readonly onArrays: boolean;
}
export function filterOf(settings: FilterSettings): Filter | Refusal {
  const advanced = parseAdvancedFilters(settings.advancedFilters);
  if ('refused' in advanced) return advanced;
  const types = settings.includedEventTypes.split(/[\s,]+/).filter((type) => type !== '');
  const plain = (words: string) => (settings.isSubjectCaseSensitive ? words : words.toLowerCase());
  return {
    types: types.length === 0 || types.includes('All') ? null : new Set(types),
    begins: plain(settings.subjectBeginsWith),
    ends: plain(settings.subjectEndsWith),
    caseSensitive: settings.isSubjectCaseSensitive,
    advanced,
    onArrays: settings.enableAdvancedFilteringOnArrays,
  };
}
export function matches(filter: Filter, event: EventView): boolean {
  if (filter.types !== null && !filter.types.has(event.type)) return false;
  if (filter.begins !== '' || filter.ends !== '') {
    const subject = filter.caseSensitive ? event.subject : event.subject.toLowerCase();
    if (!subject.startsWith(filter.begins) || !subject.endsWith(filter.ends)) return false;
  }
  return filter.advanced.length === 0 || matchesAdvanced(filter.advanced, (key) => event.at(key), filter.onArrays);
}
