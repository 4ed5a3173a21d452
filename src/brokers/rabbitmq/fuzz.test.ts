import { fuzzTests } from '../../testing/fuzz-test.ts';

fuzzTests('rabbitmq', 500, { 'a cluster that is low on memory and on disk space says both': [5_000_176] });
