/** docs/findings.md: what the gallery's runs find, as prose to be read through. Run by `npx tsx scripts/write-findings.ts`; a test keeps it current. */
import { writeFileSync } from 'node:fs';
import { loadRooms } from '../src/catalog.ts';
import { loadClients } from '../src/simulation/clients.ts';
import { findingsProse } from '../src/testing/prose.ts';

await Promise.all([loadRooms(), loadClients()]);
writeFileSync('docs/findings.md', await findingsProse());
