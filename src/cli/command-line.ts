import { Command, CommanderError } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { addBridge } from "./bridge/bridge.ts";
import { addCheck } from "./check/check.ts";
import { toldOf } from "./command-failure.ts";
import { addDiff, addPush } from "./deploy/push.ts";
import { addRollback } from "./deploy/rollback.ts";
import { addStatus } from "./deploy/status.ts";
import { addCall } from "./dev/call.ts";
import { addDev } from "./dev/dev.ts";
import { addExample } from "./example/example.ts";
import { addKvm } from "./kvm/kvm.ts";
import { addTypes } from "./publish/types.ts";
import { addOAuth } from "./secret/oauth.ts";
import { addSecret } from "./secret/secret.ts";
import { addSource } from "./source/source.ts";
import { addWebhook } from "./webhook/history.ts";

const commands = [
  addDev,
  addCall,
  addCheck,
  addPush,
  addDiff,
  addStatus,
  addRollback,
  addTypes,
  addSecret,
  addSource,
  addKvm,
  addOAuth,
  addWebhook,
  addBridge,
  addExample,
];

/**
 * Runs `sortie` with the words of a command line. Resolves with its exit status: 0; 1 for problems found; 2 for wrong
 * usage and for what cannot be done.
 */
export async function runSortie(words: readonly string[]): Promise<number> {
  const program = new Command("sortie")
    .description("Runs Apigee proxy bundles on Cloudflare Workers.")
    .version(packageJson.version)
    .exitOverride()
    .showHelpAfterError("(--help shows what there is)")
    .configureHelp({ showGlobalOptions: false });
  for (const add of commands) add(program);
  try {
    await program.parseAsync(words, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return exitStatus(error);
  }
}

function exitStatus(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  console.error(toldOf(error));
  return 2;
}
