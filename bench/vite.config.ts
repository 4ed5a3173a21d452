import { defineConfig } from 'vite';

/** The benchmarks of the engine in modules as the app has them: what runs TypeScript directly wraps every closure to keep its name, which costs a fifth. */
export default defineConfig({ build: { ssr: true, target: 'es2022', outDir: '.bench', copyPublicDir: false, rollupOptions: { input: ['bench/run.ts', 'bench/endurance.ts'] } } });
