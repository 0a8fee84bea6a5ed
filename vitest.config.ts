import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['jelling-source'] },
  ssr: { resolve: { conditions: ['jelling-source'], externalConditions: ['jelling-source'] } },
  test: {
    include: ['test/{unit,vectors,conformance,link,fuzz,security,aioble}/**/*.test.ts'],
    setupFiles: ['test/support/setup.ts'],
    allowOnly: false,
    // No test waits for the clock: only a machine that is busy with other things takes so long.
    testTimeout: 30_000,
  },
});
