import type { OutboundApplication } from "../credentials/oauth/application.ts";
import {
  APPLICATION_NAME,
  type ApplicationFile,
  applicationFileSchema,
} from "../credentials/oauth/file-schema.ts";
import { applicationPlace, CLIENT_SECRET } from "../credentials/secrets/place.ts";
import type { ValueProblem } from "../documents/checked-value.ts";
import type { ValuePath } from "../documents/known-fields.ts";
import type { Report } from "../documents/report.ts";
import { readYaml } from "../documents/yaml-schema.ts";

const FOLDER = "outbound-applications/";

/** The outbound applications of an environment, and the names of those whose files are wrong. */
export interface ReadApplications {
  readonly applications: readonly OutboundApplication[];
  readonly broken: readonly string[];
}

/**
 * The outbound applications of an environment, from `outbound-applications/*.yaml`, and everything that is wrong
 * with them; those of other environments are checked and left out. Foundry: "Configure outbound applications".
 *
 * Problems: UnknownFile, InvalidName, InvalidYAML, InvalidValue, UnknownField, PlaintextSecret,
 * PublicClientWithoutPkce.
 *
 * @param files the files of all environments by path
 */
export function readOutboundApplications(
  files: ReadonlyMap<string, Uint8Array>,
  environment: string,
  report: Report,
): ReadApplications {
  const applications: OutboundApplication[] = [];
  const broken: string[] = [];
  for (const path of [...files.keys()].filter((name) => name.startsWith(FOLDER)).sort()) {
    const name = nameOf(path, report);
    if (name === null) continue;
    const bytes = files.get(path) ?? new Uint8Array();
    const file = readYaml(path, bytes, applicationFileSchema, report, clientSecretIn(name));
    if (!file) {
      broken.push(name);
      continue;
    }
    const { environments, tokenEndpointAuthMethod, pkce } = file.value;
    if (tokenEndpointAuthMethod === "none" && !pkce) {
      report.warning(
        "PublicClientWithoutPkce",
        file.at(["pkce"]),
        "Whoever gets hold of a code can exchange it: the client has neither a secret nor PKCE.",
        "Write pkce: true.",
      );
    }
    if (!environments || environments.includes(environment)) {
      applications.push(applicationOf(name, file.value));
    }
  }
  return { applications, broken };
}

function nameOf(path: string, report: Report): string | null {
  const at = { file: path, line: 1, column: 1 };
  const [, name] = /^([^/]+)\.yaml$/.exec(path.slice(FOLDER.length)) ?? [];
  if (name === undefined) {
    const remedy = `Remove it, or name it ${FOLDER}NAME.yaml.`;
    report.warning("UnknownFile", at, "The file has no effect.", remedy);
    return null;
  }
  if (APPLICATION_NAME.test(name)) return name;
  const remedy = "Use up to 100 letters, digits and any of . _ - with a letter or digit first.";
  report.error("InvalidName", at, `${name} cannot be the name of an outbound application.`, remedy);
  return null;
}

/** Secrets are no part of a file that is shared, shown and deployed. */
function clientSecretIn(name: string): (value: unknown, at: ValuePath) => ValueProblem | null {
  const remedy = `Take it out and set it with: sortie secret set ${applicationPlace(name)} ${CLIENT_SECRET}`;
  return (_value, at) =>
    at.length === 1 && /^client_?secret$/i.test(String(at[0]))
      ? { code: "PlaintextSecret", message: "The client secret must not stand in the file.", remedy }
      : null;
}

function applicationOf(name: string, file: ApplicationFile): OutboundApplication {
  const { displayName = name, revocationUrl = null, accessTokenExpiration = null, issuer = null } = file;
  const { environments, ...rest } = file;
  return { ...rest, name, displayName, revocationUrl, accessTokenExpiration, issuer };
}
