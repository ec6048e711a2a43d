import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

const node = ["test/end-to-end/**/*.test.ts", "test/cli/**/*.test.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [cloudflareTest({ wrangler: { configPath: "./wrangler.toml" } })],
        test: {
          name: "workerd",
          include: ["test/**/*.test.ts"],
          exclude: node,
          globalSetup: ["test/servers/global-setup.ts"],
        },
      },
      { test: { name: "node", include: node, testTimeout: 60_000, hookTimeout: 120_000 } },
    ],
  },
});
