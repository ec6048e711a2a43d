import { readFileSync } from "node:fs";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { generateKeys } from "./src/credentials/secrets/keys.ts";

/** What runs in Node: the command line, and Python as its libraries are tested, without a gateway. */
const node = [
  "test/end-to-end/**/*.test.ts",
  "test/cli/**/*.test.ts",
  "test/functions/python/lib/**/*.test.ts",
];

/** What the pages tell their readers to run, and what they install; `npm run test:docs` runs it. */
const documentation = ["test/end-to-end/documentation.test.ts", "test/end-to-end/package.test.ts"];

/** Opens the secrets that tests set for the Worker under test. */
const { privateJwk } = await generateKeys();

/** Seals what users grant to outbound applications. */
const sealingKey = Buffer.alloc(32, "k").toString("base64");

/** A `.sandbox.js` file is a text, as when the Worker is built: it runs inside the sandbox of JavaScript policies. */
const sandboxTexts = {
  name: "sandbox-texts",
  enforce: "pre" as const,
  load: (id: string) =>
    id.endsWith(".sandbox.js") ? `export default ${JSON.stringify(readFileSync(id, "utf8"))};` : null,
};

/** In Node a `.wasm` file is a compiled module, as in workerd; its sockets are missing. */
const workerdInNode = {
  name: "workerd-in-node",
  enforce: "pre" as const,
  resolveId: (id: string) => (id === "cloudflare:sockets" ? `\0${id}` : null),
  load(id: string) {
    if (id === "\0cloudflare:sockets") {
      return 'export function connect() { throw new Error("Node has no such sockets"); }';
    }
    if (!id.endsWith(".wasm")) return null;
    const bytes = `readFileSync(${JSON.stringify(id)})`;
    return `import { readFileSync } from "node:fs";\nexport default new WebAssembly.Module(${bytes});`;
  },
};

/** For what hangs, not for what is slow: far more than anything takes, also on a busy machine. Milliseconds. */
const patience = {
  testTimeout: 300_000,
  hookTimeout: 300_000,
  expect: { poll: { timeout: 120_000, interval: 20 } },
};

export default defineConfig({
  test: {
    maxWorkers: "100%",
    reporters: ["default", "./test/skip-reasons.ts"],
    projects: [
      {
        plugins: [
          sandboxTexts,
          cloudflareTest({
            // What is deployed is built from it.
            main: "./src/index.ts",
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: { SECRETS_KEY: privateJwk, REFRESH_TOKEN: "a test's token", SEALING_KEY: sealingKey },
              // For the test of a Worker to which nothing has been deployed.
              kvNamespaces: ["EMPTY_CONFIG"],
            },
          }),
        ],
        test: {
          name: "workerd",
          include: ["test/**/*.test.ts"],
          exclude: node,
          // Files share a Worker, since starting one takes longer than most files: none relies on what it finds there.
          isolate: false,
          // Vitest asks for a receipt of each line it intercepts, and waits at a file's end for the receipts of all.
          // The receipt of a line that a request wrote never comes once workerd has ended that request.
          disableConsoleIntercept: true,
          setupFiles: ["test/unhandled.ts", "test/late-parts.ts"],
          globalSetup: ["test/servers/global-setup.ts"],
          ...patience,
        },
      },
      {
        plugins: [sandboxTexts, workerdInNode],
        test: {
          name: "node",
          include: node,
          exclude: documentation,
          // As above: loading the compiler and what else they share takes longer than most files.
          isolate: false,
          ...patience,
        },
      },
      {
        test: { name: "documentation", include: documentation, ...patience, testTimeout: 1_800_000 },
      },
    ],
  },
});
