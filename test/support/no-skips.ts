import type { Reporter, TestModule, Vitest } from 'vitest/node';

/** Fails the run when a test was skipped or left to do: a green run means that every test ran. */
export default class NoSkips implements Reporter {
  #filtered = false;

  onInit(vitest: Vitest): void {
    // A run narrowed down by `-t` skips by design.
    this.#filtered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.#filtered) return;
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        console.error(`not run: ${module.relativeModuleId} > ${test.fullName}`);
        process.exitCode = 1;
      }
    }
  }
}
