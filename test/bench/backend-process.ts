/** The service behind all that is measured, in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { loadCore, pinned } from "./cores.ts";

/** The port that the bundles and the hand-written Workers name. */
const port = "9490";

/** Resolves when it listens; it ends with this process, and this process with it. */
export async function startBackend(): Promise<void> {
  const command = pinned(loadCore, [process.execPath, join(import.meta.dirname, "backend.ts"), port]);
  const backend = spawn(command.file, command.args, { stdio: ["ignore", "pipe", "inherit"] });
  process.once("exit", () => backend.kill());
  backend.once("exit", () => process.exit(1));
  await once(backend.stdout, "data");
}
