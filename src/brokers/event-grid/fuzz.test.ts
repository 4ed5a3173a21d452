import { fuzzTests } from '../../testing/fuzz-test.ts';

fuzzTests('event-grid', 40);
