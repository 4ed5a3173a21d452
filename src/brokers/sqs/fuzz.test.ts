import { fuzzTests } from '../../testing/fuzz-test.ts';

fuzzTests('sqs', 50, { 'two nodes of one name are one queue, which is counted once': [4_000_054, 4_000_996] });
