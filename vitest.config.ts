import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { generateKeys } from "./src/credentials/secrets/keys.ts";

const node = ["test/end-to-end/**/*.test.ts", "test/cli/**/*.test.ts"];

/** Opens the secrets that tests set for the Worker under test. */
const { privateJwk } = await generateKeys();

/** Seals what users grant to outbound applications. */
const sealingKey = Buffer.alloc(32, "k").toString("base64");

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: { SECRETS_KEY: privateJwk, REFRESH_TOKEN: "a test's token", SEALING_KEY: sealingKey },
            },
          }),
        ],
        test: {
          name: "workerd",
          include: ["test/**/*.test.ts"],
          exclude: node,
          globalSetup: ["test/servers/global-setup.ts"],
          // The first request to the Worker loads and transforms all of it.
          testTimeout: 30_000,
        },
      },
      { test: { name: "node", include: node, testTimeout: 60_000, hookTimeout: 120_000 } },
    ],
  },
});
