import { fuzzTests } from '../../testing/fuzz-test.ts';

fuzzTests('rabbitmq', 500, { 'a cluster that is low on memory and on disk space says both': [5_000_176], 'who shares a connection loses it in the order in which they came': [5_000_969] });
