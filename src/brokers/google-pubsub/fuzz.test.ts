import { fuzzTests } from '../../testing/fuzz-test.ts';

fuzzTests('google-pubsub', 20, { 'a link that was removed has no keys that could go on': [5_000_460] });
