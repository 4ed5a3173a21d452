import { fuzzTests } from '../../testing/fuzz-test.ts';

const LEFT_BEHIND = 'what an instance left behind comes back to the queue after it was taken away';
fuzzTests('eventbridge', 30, { 3_000_458: LEFT_BEHIND, 3_000_926: LEFT_BEHIND });
