import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Whether there is a browser to test with: Chromium where the variable CHROMIUM says, or Debian's. */
export const hasBrowser = existsSync(executablePath);

if (!hasBrowser) {
  console.warn(`Tests with a browser are skipped: there is no ${executablePath}. Set CHROMIUM to one.`);
}

/** A real browser without a window. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}
