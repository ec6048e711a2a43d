import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import * as v from "valibot";
import { CommandFailure } from "../command-failure.ts";
import { CloudflareApi, type Credentials } from "./cloudflare-api.ts";

const run = promisify(execFile);

type Variables = Readonly<Record<string, string | undefined>>;

/** What `wrangler auth token --json` prints. */
const loginSchema = v.variant("type", [
  v.object({ type: v.picklist(["oauth", "api_token"]), token: v.string() }),
  v.object({ type: v.literal("api_key"), key: v.string(), email: v.string() }),
]);

const accountsSchema = v.array(v.object({ id: v.string(), name: v.string() }));

/**
 * Cloudflare's API as the user: by the variables that Wrangler takes, in its order (CLOUDFLARE_API_KEY with
 * CLOUDFLARE_EMAIL, or CLOUDFLARE_API_TOKEN), else by Wrangler's login. Rejects with {@link CommandFailure}. Cloudflare: "System environment
 * variables" (Wrangler).
 */
export async function openCloudflare(variables: Variables = process.env): Promise<CloudflareApi> {
  const base = variables.CLOUDFLARE_API_BASE_URL || "https://api.cloudflare.com/client/v4";
  return new CloudflareApi(base, credentialsIn(variables) ?? (await wranglerLogin()));
}

/**
 * The account: that of the configuration, else of CLOUDFLARE_ACCOUNT_ID, else the only one that the user has. The order
 * is Wrangler's, so that an environment is pushed to the account that the Worker is deployed to. Rejects with
 * {@link CommandFailure}.
 */
export async function accountId(
  api: CloudflareApi,
  configured: string | undefined,
  variables: Variables = process.env,
): Promise<string> {
  const given = configured || variables.CLOUDFLARE_ACCOUNT_ID;
  if (given) return given;
  const { result } = await api.call("GET", "/accounts", accountsSchema);
  const [only] = result;
  if (only && result.length === 1) return only.id;
  const list = result.map(({ id, name }) => `${name} (${id})`).join(", ") || "none";
  throw new CommandFailure(
    `It is not clear which account is meant; there is ${list}. Write account_id into the Wrangler configuration, or set CLOUDFLARE_ACCOUNT_ID.`,
  );
}

function credentialsIn(variables: Variables): Credentials | null {
  const { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_API_KEY: key, CLOUDFLARE_EMAIL: email } = variables;
  if (key && email) return { "x-auth-key": key, "x-auth-email": email };
  return token ? { authorization: `Bearer ${token}` } : null;
}

/** Wrangler renews its login itself, so it is asked, once for a command. */
async function wranglerLogin(): Promise<Credentials> {
  const login = v.safeParse(loginSchema, await askWrangler());
  if (!login.success) {
    throw new CommandFailure(
      "Wrangler's answer to “wrangler auth token” is not understood. Set CLOUDFLARE_API_TOKEN.",
    );
  }
  const { output } = login;
  return output.type === "api_key"
    ? { "x-auth-key": output.key, "x-auth-email": output.email }
    : { authorization: `Bearer ${output.token}` };
}

async function askWrangler(): Promise<unknown> {
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true", NO_COLOR: "1" };
  const asked = run(process.execPath, [wranglerProgram(), "auth", "token", "--json"], { env });
  const { stdout } = await asked.catch((cause) => {
    throw new CommandFailure(`${reasonIn(cause)} ${REMEDY}`, { cause });
  });
  try {
    return JSON.parse(stdout.slice(stdout.indexOf("{")));
  } catch {
    // What it printed may hold the token, so it is no cause to show.
    return null;
  }
}

const REMEDY =
  "Log in with: npx wrangler login, or set CLOUDFLARE_API_TOKEN. Add --local for the KV namespace on this machine.";

/** Why Wrangler gave no login. */
function reasonIn(failure: { readonly stderr?: string; readonly message: string }): string {
  const words = failure.stderr || failure.message;
  if (/not logged in/i.test(words)) return "Nobody is logged in to Cloudflare.";
  const [line = ""] = words.split("\n").filter((each) => each.trim() !== "");
  return `Wrangler could not say who is logged in to Cloudflare: ${line.replace(/^\W*(?:\[?ERROR\]?)?\s*/, "")}`;
}

/** @throws {CommandFailure} where it is not installed: only what is done as the user who is logged in needs it. */
function wranglerProgram(): string {
  const require = createRequire(import.meta.url);
  try {
    const description = require.resolve("wrangler/package.json");
    const { bin } = require(description) as { bin: { wrangler: string } };
    return join(description, "..", bin.wrangler);
  } catch (cause) {
    throw new CommandFailure(
      "Wrangler, which knows who is logged in to Cloudflare, is not installed. Install it with: " +
        "npm install --save-dev wrangler, or set CLOUDFLARE_API_TOKEN.",
      { cause },
    );
  }
}
