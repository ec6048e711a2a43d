/** The first call of a function after it has been published. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGateway } from "./gateway.ts";

/** An environment with the function `large`, whose module has about so many bytes. */
export function writeLargeFunction(environment: string, bytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), "sortie-bench-function-"));
  const own = join(folder, "functions", "large");
  mkdirSync(own, { recursive: true });
  cpSync(join(environment, "environments"), join(folder, "environments"), { recursive: true });
  writeFileSync(join(folder, "environments", "local", "deployments.json"), '{"functions": ["large"]}');
  const branches = Array.from(
    { length: Math.ceil(bytes / 100) },
    (_, index) => `  (text: string): string => text + "branch ${index} ${"x".repeat(58)}",`,
  );
  writeFileSync(join(own, "branches.ts"), `export const branches = [\n${branches.join("\n")}\n];\n`);
  writeFileSync(
    join(own, "large.ts"),
    `import { branches } from "./branches.ts";
export default async function large(index: string): Promise<string> {
  return branches[Number(index)]?.("") ?? "none";
}
`,
  );
  return folder;
}

/** Milliseconds from the request to the answer, in a gateway that has served something else before. */
export async function timeFirstCall(environment: string): Promise<number> {
  const gateway = await startGateway(environment);
  await (await fetch(`${gateway.url}/_sortie/health`)).text();
  const start = performance.now();
  const answer = await fetch(`${gateway.url}/_sortie/functions/large/execute`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"parameters":{"index":"7"}}',
  });
  const text = await answer.text();
  const taken = performance.now() - start;
  await gateway.stop();
  if (!answer.ok) throw new Error(`the first call was answered with ${answer.status}: ${text}`);
  return taken;
}

export const remove = (folder: string): void => rmSync(folder, { recursive: true });
