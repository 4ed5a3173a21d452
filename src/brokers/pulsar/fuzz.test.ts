import { fuzzTests } from '../../testing/fuzz-test.ts';

fuzzTests('pulsar', 60, { 'two nodes of one name are one topic, which goes with the first': [5_000_053] });
