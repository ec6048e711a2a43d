import type { Command } from "commander";
import type { Problem } from "../../documents/report.ts";
import { sortedProblems } from "../../environment/check.ts";
import { checkedEnvironment } from "./checked-environment.ts";
import { readPaths } from "./environment-folder.ts";
import { objectBindingProblems } from "./object-bindings.ts";
import { policyPage } from "./policy-page.ts";
import { formatProblems } from "./print-problems.ts";

function withPage(problem: Problem) {
  return { ...problem, page: policyPage(problem.policyType) };
}

/** `sortie check`: everything that is wrong, all at once. Exit status 1 when there is an error. */
export function addCheck(program: Command): void {
  program
    .command("check")
    .description("say everything that is wrong with an environment or with bundles")
    .argument("[path...]", "an environment folder, or bundles: folders or zip files", ["policies"])
    .option("--env <name>", "check the settings of this environment only (default: of all there are)")
    .option(
      "--json",
      "print an array of {code, severity, file, line, column, policy, policyType, message, remedy, page}",
    )
    .action(async (paths: string[], options: { env?: string; json?: boolean }) => {
      const folder = readPaths(paths);
      const names = options.env ? [options.env] : folder.names.length > 0 ? folder.names : ["local"];
      const checked = await Promise.all(names.map((name) => checkedEnvironment(folder, name)));
      const problems = sortedProblems(
        checked.flatMap(({ model, problems }) => [
          ...problems,
          ...objectBindingProblems(model, folder.mounts, undefined, "warning"),
        ]),
      );
      process.stdout.write(
        options.json
          ? `${JSON.stringify(problems.map(withPage), null, 2)}\n`
          : formatProblems(problems, process.stdout),
      );
      if (checked.some(({ failed }) => failed)) process.exitCode = 1;
    });
}
