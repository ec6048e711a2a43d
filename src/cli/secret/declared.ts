import { applicationPlace, CLIENT_SECRET } from "../../credentials/secrets/place.ts";
import { nearestNames } from "../../documents/nearest.ts";
import { Report } from "../../documents/report.ts";
import type { EnvironmentFiles } from "../../environment/read-environment.ts";
import { SECRET_NAME } from "../../sources/file-schema.ts";
import { readSources } from "../../sources/read-sources.ts";
import { secretNamesOf } from "../../sources/secret-names.ts";
import { CommandFailure } from "../command-failure.ts";

/** The names of secrets by what they belong to: a source's API name, or an outbound application. */
export type DeclaredSecrets = ReadonlyMap<string, readonly string[]>;

/**
 * The secrets that the sources and outbound applications of some environments declare. What is wrong with their
 * files is for `sortie check` to say.
 */
export function declaredSecrets(files: EnvironmentFiles, environments: readonly string[]): DeclaredSecrets {
  const applications = [...files.keys()].flatMap(
    (path) => /^outbound-applications\/([^/]+)\.yaml$/.exec(path)?.[1] ?? [],
  );
  const context = { outboundApplications: applications, publicRoots: [] };
  const declared = new Map<string, string[]>();
  for (const environment of environments) {
    for (const source of readSources(files, environment, context, new Report())) {
      const known = declared.get(source.apiName) ?? [];
      declared.set(source.apiName, [...new Set([...known, ...secretNamesOf(source)])]);
    }
  }
  for (const name of applications) declared.set(applicationPlace(name), [CLIENT_SECRET]);
  return declared;
}

/**
 * Refuses a secret of something that there is not. Throws {@link CommandFailure}.
 * @returns a warning when nothing declares a secret of that name; else null
 */
export function checkDeclared(declared: DeclaredSecrets, source: string, name: string): string | null {
  if (!SECRET_NAME.test(name)) {
    throw new CommandFailure(
      `"${name}" cannot be the name of a secret: it must begin with a letter and go on with letters, digits, _, . and -, at most 100.`,
    );
  }
  const names = declared.get(source);
  if (!names) throw new CommandFailure(unknown(source, [...declared.keys()]));
  if (names.includes(name)) return null;
  if (source.startsWith(applicationPlace(""))) {
    throw new CommandFailure(`The secret of an outbound application has the name ${CLIENT_SECRET}.`);
  }
  const [nearest] = nearestNames(name, names);
  const question = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
  return `${source} declares no secret ${name}, so nothing can read it.${question}`;
}

function unknown(source: string, known: readonly string[]): string {
  const [nearest] = nearestNames(source, known);
  if (nearest !== undefined) return `There is no source ${source}. Did you mean ${nearest}?`;
  const list =
    known.length > 0 ? `There is ${known.join(", ")}.` : "The environment has none that can be read.";
  return (
    `There is no source ${source}. ${list} sortie check says what is wrong with the files; ` +
    "name the environment's folder with --folder when it is another one."
  );
}
