import { applicationPlace, CLIENT_SECRET, SECRET_NAME } from "../../credentials/secrets/place.ts";
import type { EnvironmentFiles } from "../../environment/read-environment.ts";
import { nearestNames } from "../../xml/nearest.ts";
import { CommandFailure } from "../command-failure.ts";

/** Refuses a secret of something that an environment does not have. Throws {@link CommandFailure}. */
export function checkDeclared(files: EnvironmentFiles, source: string, name: string): void {
  if (!SECRET_NAME.test(name)) {
    throw new CommandFailure(
      `"${name}" cannot be the name of a secret. Use up to 128 letters, digits and any of . _ - with a letter or digit first.`,
    );
  }
  const known = [
    ...namesIn(files, "sources"),
    ...namesIn(files, "outbound-applications").map(applicationPlace),
  ];
  if (!known.includes(source)) throw new CommandFailure(unknown(source, known));
  if (source.startsWith(applicationPlace("")) && name !== CLIENT_SECRET) {
    throw new CommandFailure(`The secret of an outbound application has the name ${CLIENT_SECRET}.`);
  }
}

function namesIn(files: EnvironmentFiles, folder: string): string[] {
  return [...files.keys()].flatMap((path) => new RegExp(`^${folder}/([^/]+)\\.ya?ml$`).exec(path)?.[1] ?? []);
}

function unknown(source: string, known: readonly string[]): string {
  const [nearest] = nearestNames(source, known);
  if (nearest !== undefined) return `There is no source ${source}. Did you mean ${nearest}?`;
  const list = known.length > 0 ? `There is ${known.join(", ")}.` : "The environment has no sources.";
  return `There is no source ${source}. ${list} Name the environment's folder with --folder when it is another one.`;
}
