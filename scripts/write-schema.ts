/** Writes the published JSON Schema of a scenario: what an editor needs to help while somebody types one. */
import { writeFileSync } from 'node:fs';
import { catalog, loadRooms } from '../src/catalog.ts';
import { jsonSchema } from '../src/scenario/schema.ts';

await loadRooms();
writeFileSync('public/scenario.schema.json', `${JSON.stringify(jsonSchema(catalog), null, 1)}\n`);
