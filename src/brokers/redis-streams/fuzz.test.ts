import { fuzzTests } from '../../testing/fuzz-test.ts';

fuzzTests('redis-streams', 250);
