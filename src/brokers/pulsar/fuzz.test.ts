import { fuzzTests } from '../../testing/fuzz-test.ts';

fuzzTests('pulsar', 60);
