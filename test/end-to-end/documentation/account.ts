import { run } from "./shell.ts";

/**
 * What is wrong with a command line that needs somebody's account and is not run: its syntax, and for Sortie and
 * Wrangler names of commands, arguments and options that their help does not have.
 */
export async function faultsOf(command: string, cwd: string): Promise<string[]> {
  const { status, stderr } = await run(`bash -n <<'COMMAND'\n${command}\nCOMMAND`, cwd);
  if (status !== 0) return [stderr];
  const parts = command.replaceAll("\\\n", " ").split(/\s(?:&&|\|\||[|;<>])\s/);
  const known = parts.filter((part) => /^npx (?:sortie|wrangler) /.test(part.trim()));
  return (await Promise.all(known.map((part) => faultsOfProgram(part.trim(), cwd)))).flat();
}

async function faultsOfProgram(command: string, cwd: string): Promise<string[]> {
  const words = command.split(/\s+/).slice(1);
  const firstOption = words.findIndex((word) => word.startsWith("-"));
  const named = firstOption < 0 ? words : words.slice(0, firstOption);
  const help = await helpOf(named.join(" "), cwd);
  const usage = /^(?:Usage: )?((?:sortie|wrangler)\b.*)$/m.exec(help)?.[1]?.split(" ") ?? [];
  const own = usage.filter((word) => /^\w/.test(word));
  const places = usage.filter((word) => /^[<[]/.test(word) && word !== "[options]");
  const isCommand = own.every((word, index) => word === named[index]) && !places.includes("[command]");
  if (!isCommand || named.length - own.length > places.length) return [`There is no ${named.join(" ")}.`];
  return words
    .filter((word) => /^--?\w/.test(word))
    .map((word) => word.replace(/=.*/, ""))
    .filter((option) => !new RegExp(`(?:^|[\\s,])${option}\\b`, "m").test(help))
    .map((option) => `${own.join(" ")} has no option ${option}.`);
}

/** What programs say to `--help`: pages name the same ones. */
const helps = new Map<string, Promise<string>>();

function helpOf(command: string, cwd: string): Promise<string> {
  const known = helps.get(command) ?? run(`npx ${command} --help`, cwd).then(({ stdout }) => stdout);
  helps.set(command, known);
  return known;
}
