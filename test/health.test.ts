import { exports } from "cloudflare:workers";
import { expect, test } from "vitest";
test("health", async () => {
  const r = await exports.default.fetch("http://x/_sortie/health");
  expect(await r.json()).toEqual({ status: "ok" });
});
