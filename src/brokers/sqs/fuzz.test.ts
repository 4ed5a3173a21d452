import { fuzzTests } from '../../testing/fuzz-test.ts';

const ONE_NAME = 'two nodes of one name are one queue, which is counted once';
fuzzTests('sqs', 50, { 4_000_054: ONE_NAME, 4_000_996: ONE_NAME });
