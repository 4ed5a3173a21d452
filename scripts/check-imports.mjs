/** The import rule: cruises the sources, and makes sure that the cruiser really looked and really objects. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import config from '../.dependency-cruiser.mjs';

/** A cruiser that cannot read TypeScript sees no modules and is content: it must have seen every one there is. */
const THERE = readdirSync('src', { recursive: true }).filter((file) => /\.tsx?$/.test(String(file))).length;
const PLANTED = 'src/kernel/planted-violation.ts';

async function look() {
  const { output } = await cruise(['src'], { ...config.options, ruleSet: { forbidden: config.forbidden }, validate: true }, undefined, { tsConfig: extractTSConfig('tsconfig.json') });
  return output;
}
const { modules, summary } = await look();
const ours = modules.filter((m) => /^src\/.*\.tsx?$/.test(m.source));
for (const v of summary.violations) console.error(`${v.rule.name}: ${v.from} → ${v.to}`);
writeFileSync(PLANTED, "export { catalog } from '../catalog.ts';\n");
let objects = false;
try {
  objects = (await look()).summary.violations.some((v) => v.from === PLANTED);
} finally {
  rmSync(PLANTED);
}
if (ours.length < THERE) throw new Error(`only ${ours.length} of ${THERE} modules were seen`);
if (!objects) throw new Error('a planted violation went unnoticed');
console.log(`import rule: ${ours.length} modules, ${summary.violations.length} violations, a planted one was noticed`);
process.exit(summary.violations.length > 0 ? 1 : 0);
