/**
 * Does what the README says, as somebody who has just cloned the repository: installs, starts the example, sends
 * the requests that it prints, breaks a file and repairs it. Prints what it saw; exit status 1 when that is not
 * what the README shows.
 */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { commandsIn, normalised, readBlocks } from "./end-to-end/documentation/markdown.ts";
import { freePort, Running, run } from "./end-to-end/documentation/shell.ts";

const repository = resolve(import.meta.dirname, "..");

// The newer Node that `npm run` puts before the system's is not there for a newcomer.
process.env.PATH = (process.env.PATH ?? "")
  .split(delimiter)
  .filter((folder) => !folder.includes("node_modules"))
  .join(delimiter);

const temporary = mkdtempSync(join(tmpdir(), "sortie-fresh-"));
const running: Running[] = [];
try {
  await freshStart();
  console.log("The fresh start is as the README says.");
} catch (error) {
  console.error(error instanceof assert.AssertionError ? error.message : error);
  process.exitCode = 1;
} finally {
  await Promise.all(running.map((program) => program.stop()));
  rmSync(temporary, { recursive: true, force: true });
}

async function freshStart(): Promise<void> {
  const clone = join(temporary, "sortie");
  await succeeds(`git clone --quiet "${repository}" "${clone}"`, temporary);
  say(`Node ${(await succeeds("node --version", clone)).trim()}`);
  await succeeds("npm ci", clone);
  say("npm ci: installed");

  const port = await freePort();
  const readme = readFileSync(join(clone, "README.md"), "utf8").replaceAll("8787", String(port));
  const gateway = new Running(`npm start -- --port ${port}`, clone);
  running.push(gateway);
  await gateway.prints((output) => output.includes("Ctrl+C stops"));
  say(`npm start: ${/Sortie serves .*/.exec(gateway.output)?.[0]}`);

  const printed = [...gateway.output.matchAll(/curl -i \S+/g)].map(([command]) => command);
  assert.equal(printed.length, 3, "npm start prints three requests to try");
  const shown = answersIn(readme);
  for (const command of printed) {
    const answer = await succeeds(`${command} --silent`, clone);
    assert.equal(normalised(answer), shown.get(command), `${command} is answered as in the README`);
    say(`${command}: ${answer.split("\r\n")[0]}`);
  }

  await breakAndRepair(gateway, clone, `${printed[0]} --silent`);

  await gateway.stop();
  const { status } = await run(`curl --silent http://localhost:${port}/`, clone);
  assert.notEqual(status, 0, "nothing listens after Ctrl+C");
  say("Ctrl+C: stopped");
}

async function breakAndRepair(gateway: Running, clone: string, request: string): Promise<void> {
  const file = join(clone, "policies/apiproxies/orders-v1/apiproxy/resources/jsc/order-answer.js");
  assert.ok(existsSync(file), `${file} is there to be broken`);
  const good = readFileSync(file, "utf8");
  const before = normalised(await succeeds(request, clone));

  let seen = gateway.output.length;
  writeFileSync(file, good.replace("});", ""));
  await gateway.prints((output) => output.includes("The last good state goes on serving."), seen);
  const problem = /.*order-answer\.js:\d+:\d+ {2}error {2}ScriptCompilationFailed.*/.exec(
    gateway.output.slice(seen),
  );
  assert.ok(problem, "the problem is printed with its file and line");
  assert.equal(normalised(await succeeds(request, clone)), before, "the last good state goes on serving");
  say(`a broken file: ${problem[0]}`);

  seen = gateway.output.length;
  writeFileSync(file, good.replace("id:", "repaired: true, id:"));
  await gateway.prints((output) => output.includes("changed proxy orders-v1"), seen);
  assert.match(await succeeds(request, clone), /"repaired":true/, "the repaired file is served");
  say("the repaired file: served");
}

/** The answers that the README shows, by their command. */
function answersIn(readme: string): Map<string, string> {
  const commands = readBlocks(readme)
    .filter(({ language }) => language === "console")
    .flatMap(commandsIn)
    .reverse();
  // Of equal requests, what the example answers stands first.
  return new Map(commands.map(({ command, answer }) => [command, normalised(answer ?? "")]));
}

async function succeeds(command: string, folder: string): Promise<string> {
  const { status, stdout, stderr } = await run(command, folder);
  assert.equal(status, 0, `${command} ends well:\n${stdout}${stderr}`);
  return stdout;
}

function say(line: string): void {
  console.log(`- ${line}`);
}
