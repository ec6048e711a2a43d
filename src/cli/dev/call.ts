import { existsSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { type Command, InvalidArgumentError } from "commander";
import { parameterFromText } from "../../functions/parameter-text.ts";
import type { PublishedFunction } from "../../functions/published-function.ts";
import { CommandFailure } from "../command-failure.ts";
import { devFolder } from "../secret/dev-secrets.ts";
import { googleKeysIn } from "./dev-google.ts";
import { collect, parseConnection } from "./dev-options.ts";
import { DevSession } from "./dev-session.ts";

/** How long a live preview may take. Foundry: "Functions: limits" (live preview). Milliseconds. */
const PREVIEW_LIMIT_MS = 280_000;

/** Where an environment is when no PATH is given. */
const USUAL_FOLDER = "policies";

interface GivenParameter {
  readonly name: string;
  readonly text: string;
}

/** `sortie call`: the live preview of a function, as its files are now. Exit status 1 when it fails. */
export function addCall(program: Command): void {
  program
    .command("call")
    .description("call a function as its files are now, and print its log, the calls it makes and its result")
    .argument("<name>", "the function")
    .argument(
      "[path]",
      `the environment folder (default: ${USUAL_FOLDER} if it is there, or else this folder)`,
    )
    .option(
      "--param <name=value>",
      "a parameter; lists, maps and structs as JSON; may be given several times",
      collect(parseParameter),
      [],
    )
    .option("--as <user>", "call for this user, as the environment's identity provider names them")
    .option(
      "--connect-to <host[:port]=url>",
      "send what is meant for a host to another address; may be given several times",
      collect(parseConnection),
      [],
    )
    .option("--env <name>", "the environment whose settings apply", "local")
    .addHelpText(
      "after",
      "\nExample, with the function of docs/functions.md: sortie call greeting my-env --param id=ada",
    )
    .action(async (name: string, path: string | undefined, options) => {
      const session = await DevSession.start({
        paths: [path ?? (existsSync(USUAL_FOLDER) ? USUAL_FOLDER : ".")],
        port: 0,
        environment: options.env,
        connections: options.connectTo,
        targetServers: [],
        keyValues: [],
        apps: [],
        google: googleKeysIn(process.env),
        showsCalls: false,
        showsRequests: false,
        hosts: [],
        secretsOf: {},
        secretsFolder: devFolder(),
        longestCallMs: PREVIEW_LIMIT_MS,
      });
      try {
        await preview(session, name, options.param, options.as ?? null);
      } finally {
        await session.stop();
      }
    });
}

async function preview(
  session: DevSession,
  name: string,
  given: readonly GivenParameter[],
  user: string | null,
): Promise<void> {
  const published = functionNamed(name, session.functions);
  const parameters = Object.fromEntries(
    given.map((parameter) => [parameter.name, parameterOf(parameter, published)]),
  );
  let answer = await session.execute(name, parameters, user);
  for (let asked = askForConsent(answer.body); asked !== null; asked = askForConsent(answer.body)) {
    await asked;
    answer = await session.execute(name, parameters, user);
  }
  if (answer.ok) {
    const { value, applied } = answer.body as { value?: unknown; applied?: boolean };
    process.stdout.write(`${JSON.stringify(value ?? null, null, 2)}\n`);
    if (applied === false) process.stderr.write("Nothing is changed: only an action applies edits.\n");
  } else {
    process.stderr.write(`${JSON.stringify(answer.body, null, 2)}\n`);
    process.exitCode = 1;
  }
}

function functionNamed(name: string, functions: readonly PublishedFunction[] | null): PublishedFunction {
  if (functions === null) throw new CommandFailure("The environment has errors, so nothing can be called.");
  const found = functions.find((each) => each.name === name);
  if (found) return found;
  const names = functions.map((each) => each.name).join(", ");
  throw new CommandFailure(`There is no function ${name}; there is ${names === "" ? "none" : names}.`);
}

/** Text of a parameter that the function does not have goes along: the answer says which ones it has. */
function parameterOf({ name, text }: GivenParameter, { parameters }: PublishedFunction): unknown {
  const type = parameters.find((parameter) => parameter.name === name)?.type;
  return type ? parameterFromText(text, type) : text;
}

/** Waits until the user at the terminal has given the consent that was missing; null when nobody is to be asked. */
function askForConsent(body: unknown): Promise<void> | null {
  const { errorName, parameters } = body as { errorName?: string; parameters?: { authorizeUrl?: string } };
  if (errorName !== "AuthorizationRequired" || !parameters?.authorizeUrl || !process.stdin.isTTY) return null;
  return promptFor(parameters.authorizeUrl);
}

async function promptFor(url: string): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  await terminal.question(`The user has to give consent at ${url}\nPress Enter to call again. `);
  terminal.close();
}

function parseParameter(text: string): GivenParameter {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("Write NAME=VALUE.");
  return { name, text: value };
}
