import { type Command, InvalidArgumentError } from "commander";
import * as v from "valibot";
import { isThisMachine } from "../../egress/ip.ts";
import { CommandFailure } from "../command-failure.ts";
import { onOneLine } from "../visible.ts";

/** Where `sortie dev` serves. */
const DEV_URL = "http://localhost:8787";

/** How long the gateway may take to answer. Milliseconds. */
const TIMEOUT_MS = 30_000;

/** How much of inputs and of bodies a line shows. Characters. */
const LONGEST_LINE = 500;

const entry = v.looseObject({
  time: v.string(),
  durationMs: v.number(),
  user: v.nullable(v.string()),
  status: v.string(),
  error: v.nullable(v.looseObject({ name: v.string(), message: v.string() })),
  externalSystemMayHaveChanged: v.boolean(),
  inputs: v.unknown(),
  responses: v.nullable(
    v.array(v.looseObject({ call: v.string(), status: v.number(), body: v.nullable(v.string()) })),
  ),
});
type Entry = v.InferOutput<typeof entry>;

const page = v.looseObject({ data: v.array(entry) });
const failure = v.looseObject({
  errorName: v.string(),
  parameters: v.looseObject({ message: v.optional(v.string()), reason: v.optional(v.string()) }),
});

interface HistoryOptions {
  readonly url: string;
  readonly limit: number;
  readonly json?: boolean;
}

/** `sortie webhook`: what a gateway keeps of executions. */
export function addWebhook(program: Command): void {
  program
    .command("webhook")
    .description("see what webhooks did")
    .command("history")
    .description(
      "print the latest executions of a webhook that you may see: yours, or all with the privilege",
    )
    .argument("<name>", "the webhook")
    .option("--url <url>", "the gateway; SORTIE_TOKEN is your token for it", DEV_URL)
    .option("--limit <number>", "how many executions, 1 to 50", wholeNumber, 20)
    .option("--json", "print them as JSON")
    .action(async (name: string, options: HistoryOptions) => {
      const body = await asked(name, options);
      const entries = v.safeParse(page, body);
      if (!entries.success)
        throw new CommandFailure(`The answer of ${options.url} is no history: is it a gateway?`);
      const { data } = entries.output;
      if (options.json) console.log(JSON.stringify(data, null, 2));
      else if (data.length === 0) console.log(`There are no executions of ${name} that you may see.`);
      else console.log(data.map(formatted).join("\n"));
    });
}

async function asked(name: string, { url, limit }: HistoryOptions): Promise<unknown> {
  const base = URL.parse(url);
  if (base?.protocol !== "https:" && base?.protocol !== "http:")
    throw new CommandFailure(`${url} is no address of a gateway.`);
  const token = process.env.SORTIE_TOKEN;
  if (token && base.protocol === "http:" && !isThisMachine(base.hostname)) {
    throw new CommandFailure(
      `${base.origin} would be sent your token in the clear: write https, or unset SORTIE_TOKEN.`,
    );
  }
  const path = `/_sortie/webhooks/${encodeURIComponent(name)}/history?pageSize=${limit}`;
  const response = await fetch(new URL(path, base), {
    headers: token ? { authorization: `Bearer ${token}` } : {},
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause) => {
    throw new CommandFailure(`${base.origin} cannot be reached. Start it with: npx sortie dev`, { cause });
  });
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body;
  const refused = v.safeParse(failure, body);
  if (!refused.success) throw new CommandFailure(`${base.origin} answered ${response.status}.`);
  const { errorName, parameters } = refused.output;
  const { message = parameters.reason } = parameters;
  const advice = response.status === 401 ? " Put your token into the variable SORTIE_TOKEN." : "";
  throw new CommandFailure(onOneLine(`${errorName}${message ? `: ${message}` : ""}${advice}`));
}

function formatted({ time, durationMs, user, status, error, inputs, responses, ...entry }: Entry): string {
  const changed = entry.externalSystemMayHaveChanged ? "may have changed something" : "changed nothing";
  const line = [time, status, `${durationMs} ms`, changed, user ?? "anonymous"].join("  ");
  const text = typeof inputs === "string" ? inputs : JSON.stringify(inputs);
  return [
    line,
    ...(error ? [`  ${error.name}: ${error.message}`] : []),
    ...(inputs === null ? [] : [`  inputs: ${text}`]),
    ...(responses ?? []).map(
      ({ call, status, body }) => `  ${call}: ${[status, body ?? ""].join(" ").trim()}`,
    ),
  ]
    .map((each) => onOneLine(each.length > LONGEST_LINE ? `${each.slice(0, LONGEST_LINE)}…` : each))
    .join("\n");
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 50) return Number(text);
  throw new InvalidArgumentError("Write a whole number from 1 to 50.");
}
