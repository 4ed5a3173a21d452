/** docs/rules.md: what each model keeps to. Run by `npx tsx scripts/write-rules.ts`; a test keeps it current. */
import { writeFileSync } from 'node:fs';
import { loadRooms } from '../src/catalog.ts';
import { rulesPage } from '../src/testing/rules-page.ts';

await loadRooms();
writeFileSync('docs/rules.md', await rulesPage());
