import { fuzzTests } from '../../testing/fuzz-test.ts';

fuzzTests('kafka', 500);
