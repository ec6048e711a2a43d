/** An environment of any size, to see what the first request costs when much is deployed. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Writes an environment of `count` copies of the proxy in `model`, named and reached as NAME-0, NAME-1, …. */
export function writeProxies(environment: string, model: string, count: number): string {
  const folder = mkdtempSync(join(tmpdir(), "sortie-bench-proxies-"));
  const names = Array.from({ length: count }, (_, index) => `${model}-${index}`);
  for (const name of names) {
    const bundle = join(folder, "apiproxies", name, "apiproxy");
    cpSync(join(environment, "apiproxies", model, "apiproxy"), bundle, { recursive: true });
    renameSync(join(bundle, `${model}.xml`), join(bundle, `${name}.xml`));
    for (const file of [`${name}.xml`, "proxies/default.xml"]) {
      const path = join(bundle, file);
      writeFileSync(path, readFileSync(path, "utf8").replaceAll(model, name));
    }
  }
  const local = join(folder, "environments", "local");
  mkdirSync(local, { recursive: true });
  writeFileSync(join(local, "targetservers.json"), "[]");
  writeFileSync(join(local, "audit.json"), JSON.stringify({ destination: "none" }));
  const proxies = names.map((name) => ({ name }));
  writeFileSync(join(local, "deployments.json"), JSON.stringify({ proxies, sharedflows: [] }));
  return folder;
}
