import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

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

/** Signs in at the provider and agrees. */
export async function consentAtProvider(page: Page, provider: string): Promise<void> {
  await page.waitForURL(`${provider}/interaction/**`);
  await page.locator('input[name="login"]').fill("alice-at-provider");
  await page.locator('input[name="password"]').fill("anything");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}
