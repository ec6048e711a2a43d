import { type Browser, chromium, type Page } from "playwright-core";
import { chromiumPath } from "../needs.ts";

/** A real browser without a window. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
}

/** Signs in at the provider and agrees. */
export async function consentAtProvider(page: Page, provider: string): Promise<void> {
  await page.waitForURL(`${provider}/interaction/**`);
  await page.locator('input[name="login"]').fill("alice-at-provider");
  await page.locator('input[name="password"]').fill("anything");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}
