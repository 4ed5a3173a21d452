import { fuzzTests } from '../../testing/fuzz-test.ts';

fuzzTests('nats', 50, { 'a consumer that is made again after a checkpoint is known from before': [5_000_311, 5_000_428] });
