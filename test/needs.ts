import { existsSync } from "node:fs";

declare module "vitest" {
  interface TaskMeta {
    /** Why a test is skipped, where it is. */
    needs?: string;
  }
}

/** Chromium: where the variable CHROMIUM says, or Debian's. */
export const chromiumPath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Options of tests that need what not every machine has; without it they are skipped, and the summary says why. */
const needs = (isThere: boolean, what: string) => ({ skip: !isThere, meta: { needs: what } });

export const needsCorpus = needs(
  process.env.SORTIE_CORPUS !== undefined,
  "SORTIE_CORPUS, the path of a folder with published bundles",
);

export const needsCases = needs(
  process.env.SORTIE_CASES !== undefined,
  "SORTIE_CASES, the path of a folder with small bundles that real use has shown to fail",
);

export const needsBrowser = needs(
  existsSync(chromiumPath),
  `a browser: there is no ${chromiumPath}; set CHROMIUM to one`,
);
