import { fuzzTests } from '../../testing/fuzz-test.ts';

fuzzTests('rabbitmq', 500);
