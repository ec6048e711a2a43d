import type { Command } from "commander";
import { userId } from "../../credentials/callers.ts";
import { applicationResetKey, resetValue, userResetKey } from "../../credentials/oauth/resets.ts";
import { nearestNames } from "../../documents/nearest.ts";
import { DeploymentStore } from "../../environment/deployment-store.ts";
import type { EnvironmentDocument } from "../../environment/document.ts";
import type { KvStore } from "../../environment/kv-store.ts";
import { CommandFailure } from "../command-failure.ts";
import { addKvOptions, type KvOptions, withKv } from "../kv/options.ts";

type OAuthOptions = KvOptions & { readonly env: string };

/**
 * `sortie oauth`: ends what users have granted to outbound applications. Foundry: "Configure outbound applications"
 * (reset). Nobody can list who has granted what, so a time is written: grants from before it are not good any more,
 * and are deleted when they are next looked at.
 */
export function addOAuth(program: Command): void {
  const oauth = program
    .command("oauth")
    .description("end what users have granted to outbound applications")
    .addHelpText(
      "after",
      "\nTo disable an application and keep what was granted, write enabled: false into its file and deploy that.",
    );
  withEnvironment(oauth.command("reset"))
    .description("delete the tokens of all users, who then have to authorize the application again")
    .argument("<application>", "the name of the outbound application")
    .action((application: string, options: OAuthOptions) =>
      withKv(options, async (kv) => {
        await deployedApplication(kv, options.env, application);
        await writeReset(kv, applicationResetKey(options.env, application));
        console.log(`Reset ${application} in ${options.env}. ${EFFECT}`);
      }),
    );
  withEnvironment(oauth.command("revoke"))
    .description("delete the tokens of one user, who then has to authorize the application again")
    .argument("<application>", "the name of the outbound application")
    .argument("<user>", "the user: the claim sub of their tokens")
    .action((application: string, user: string, options: OAuthOptions) =>
      withKv(options, async (kv) => {
        const { identity } = await deployedApplication(kv, options.env, application);
        if (!identity) throw new CommandFailure(`${options.env} names no issuer, so it has no users.`);
        const id = userId(identity.issuer, user);
        await writeReset(kv, await userResetKey(options.env, application, id));
        console.log(`Revoked what ${user} granted to ${application} in ${options.env}. ${EFFECT}`);
      }),
    );
}

const EFFECT = "Tokens that are in use are given up within two minutes.";

function withEnvironment(command: Command): Command {
  return addKvOptions(command.requiredOption("--env <name>", "the environment"));
}

/** What is deployed; throws {@link CommandFailure} when that has no such application. */
async function deployedApplication(
  kv: KvStore,
  environment: string,
  name: string,
): Promise<EnvironmentDocument> {
  const document = await new DeploymentStore(kv, environment).current();
  if (!document) throw new CommandFailure(`Nothing is deployed to ${environment}.`);
  const names = document.outboundApplications.map((application) => application.name);
  if (names.includes(name)) return document;
  const [near] = nearestNames(name, names);
  const advice = near === undefined ? `There is ${names.join(", ") || "none"}.` : `Did you mean ${near}?`;
  throw new CommandFailure(`${environment} has no outbound application ${name}. ${advice}`);
}

async function writeReset(kv: KvStore, key: string): Promise<void> {
  await kv.put([{ key, value: new TextEncoder().encode(resetValue(Date.now())) }]);
}
