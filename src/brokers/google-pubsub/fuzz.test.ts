import { fuzzTests } from '../../testing/fuzz-test.ts';

fuzzTests('google-pubsub', 20);
