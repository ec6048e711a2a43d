/** An environment of any size, to see what the first request costs when much is deployed. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { ProxyTable } from "../../src/environment/proxy-table.ts";
import { configOf, deployed, readFiles } from "./gateway.ts";
import type { Config } from "./worker.ts";

/**
 * What KV holds with `count` proxies deployed that are named and reached as `/NAME-0`, `/NAME-1`, …. The first one is
 * the proxy in `model`; of the others there is what a request to the first one meets: all but their bundles.
 */
export async function manyProxies(environment: string, model: string, count: number): Promise<Config> {
  const files = new Map(
    [...readFiles(join(environment, "apiproxies", model))].map(([path, content]) => [
      `apiproxies/${model}/${path}`,
      content,
    ]),
  );
  files.set("environments/local/audit.json", Buffer.from('{ "destination": "none" }'));
  const { document, revisions } = await deployed(files);
  const [first] = document.proxies.all;
  if (first === undefined) throw new Error(`${model} was not deployed`);
  const proxies = Array.from({ length: count }, (_, index) => ({
    ...first,
    name: `${model}-${index}`,
    revision: index === 0 ? first.revision : createHash("sha256").update(String(index)).digest("hex"),
    endpoints: first.endpoints.map((endpoint) => ({
      ...endpoint,
      basePath: `${endpoint.basePath}-${index}`,
    })),
  }));
  return configOf({ document: { ...document, proxies: ProxyTable.of(proxies) }, revisions });
}
