import { join } from "node:path";
import { Miniflare } from "miniflare";
import { workerModules } from "../../../src/cli/dev/worker-modules.ts";
import { COMPATIBILITY_DATE } from "../../../src/functions/compatibility-date.ts";
import { repository } from "../sortie.ts";

/**
 * The Worker as it is deployed, on the KV namespace that Wrangler keeps on this machine.
 * @param secretsKey its SECRETS_KEY; without it, it has none
 */
export function startWorker(persistTo: string, secretsKey?: string): Miniflare {
  return new Miniflare({
    cf: false,
    resourcePersistencePath: join(persistTo, "v3"),
    workers: [
      {
        config: {
          name: "sortie",
          compatibilityDate: COMPATIBILITY_DATE,
          manifest: workerModules(join(repository, "dist/worker")),
          env: {
            CONFIG: { type: "kv", id: "sortie-config" },
            ENVIRONMENT: { type: "text", value: "test" },
            REFRESH_TOKEN: { type: "text", value: "token" },
            ...(secretsKey === undefined ? {} : { SECRETS_KEY: { type: "text", value: secretsKey } }),
          },
        },
      },
    ],
  });
}
