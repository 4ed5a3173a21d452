import { fuzzTests } from '../../testing/fuzz-test.ts';

fuzzTests('eventbridge', 30, { 'what an instance left behind comes back to the queue after it was taken away': [3_000_458, 3_000_926] });
