import type { Reporter, TestCase, TestModule, TestSuite } from "vitest/node";

/** Says at the end of a run why tests were skipped. */
export default class SkipReasons implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>();
    for (const { children } of modules) {
      // A suite whose tests come from what is missing has none.
      const empty = [...children.allSuites()].filter((suite) => suite.children.size === 0);
      for (const task of [...children.allTests("skipped"), ...empty]) {
        const reason = reasonOf(task);
        counts.set(reason, (counts.get(reason) ?? 0) + 1);
      }
    }
    for (const [reason, count] of counts) console.log(`${count} skipped: ${reason}`);
  }
}

/** Its own, or that of the nearest suite around it. */
function reasonOf(skipped: TestCase | TestSuite): string {
  for (let task: TestCase | TestCase["parent"] = skipped; task.type !== "module"; task = task.parent) {
    const { needs } = task.meta();
    if (needs !== undefined) return `needs ${needs}`;
  }
  const note = skipped.type === "test" ? (skipped.result() as { note?: string }).note : undefined;
  return note ?? `${skipped.module.relativeModuleId} does not say why`;
}
