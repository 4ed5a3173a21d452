import { fuzzTests } from '../../testing/fuzz-test.ts';

fuzzTests('nats', 50);
