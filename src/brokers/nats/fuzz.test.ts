import { fuzzTests } from '../../testing/fuzz-test.ts';

fuzzTests('nats', 50, { 'what comes before a start that is still to come waits for nobody': [7120], 'a consumer that is made again after a checkpoint is known from before': [5_000_311, 5_000_428] });
