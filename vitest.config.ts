import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [cloudflareTest({ wrangler: { configPath: "./wrangler.toml" } })],
        test: { name: "workerd", include: ["test/**/*.test.ts"], exclude: ["test/end-to-end/**", "test/cli/**"] },
      },
      { test: { name: "node", include: ["test/end-to-end/**/*.test.ts", "test/cli/**/*.test.ts"] } },
    ],
  },
});
