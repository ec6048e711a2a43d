import { describe, expect, test } from "vitest";
import { checkedEnvironment } from "../../src/cli/check/checked-environment.ts";
import { readPaths } from "../../src/cli/check/environment-folder.ts";
import type { Problem } from "../../src/documents/report.ts";
import { below, folderWith } from "../cli/sortie.ts";
import { needsCorpus } from "../needs.ts";
import { published, publishedFiles, publishedNames } from "./corpus.ts";

/** What `sortie check` says about a published bundle. */
interface Verdict {
  /** The policy types that it uses and Sortie does not run. */
  readonly missing?: readonly string[];
  /** The errors that an environment with its target servers and a service account does not have. */
  readonly settings?: readonly string[];
  readonly warnings?: readonly string[];
}

const verdicts: Readonly<Record<string, Verdict>> = {
  "apigee--cloud-logging-shared-flow": {},
  "apigee--get-jwks-from-dynamic-uri": {},
  "apigee--logging-v1": {},
  "apigee--oauth-validate-key-secret": { warnings: ["NoApps"] },
  "apigee--service-callout-1": { warnings: ["NoApps"] },
  "apigee--service-callout-2": { warnings: ["NoApps"] },
  "apigee--validate-audience-in-jwt": {},
  "apigee--webserver-app": { warnings: ["DuplicateElement"] },
  "carlosmscabral--004-external-token-verify": {
    warnings: ["CountedPerIsolate", "LiteralKeyFragment"],
  },
  "dinochiesa--apigee-cloud-run-authentication-example": {
    settings: ["FAILED_PRECONDITION"],
  },
  "dinochiesa--apigee-external-authorization-2": { settings: ["TargetServerMissing"] },
  "dinochiesa--example-secret-accessor-proxy": {
    settings: ["FAILED_PRECONDITION"],
    warnings: ["IgnoreValidationErrorsNotSupported", "UnknownElement"],
  },
  "dinochiesa--jwt-verify-goog": {},
  "googlecloudplatform--composite-api": {},
  "googlecloudplatform--llm-circuit-breaking": {
    warnings: ["PropertyWithoutEffect"],
  },
  "googlecloudplatform--modelarmor-v1": {
    warnings: ["UnknownElement"],
  },
  "googlecloudplatform--semantic-cache-request-v1": {
    warnings: ["PropertyWithoutEffect"],
  },
  "googlecloudplatform--traffic-mirroring-sharedflow": {},
  "kurtkanaskie--apigee-edge-facade-v1": {},
  "markjkelly--external-callout": { settings: ["TargetServerMissing"] },
  "mjagarapu--apigeepocs": {},
};

/** An environment with the bundle, and with what the published ones expect of an environment. */
function environmentWith(name: string): string {
  const files = publishedFiles(name);
  const isProxy = Object.keys(files).some((path) => path.startsWith("apiproxy/"));
  const targetServer = { host: "grpc.example.com", port: 443, protocol: "GRPC", sSLInfo: { enabled: true } };
  const settings = {
    "targetservers.json": ["example-access-control-server", "grpc-java-sample-server"].map((server) => ({
      name: server,
      ...targetServer,
    })),
    "deployments.json": {
      defaultServiceAccount: "proxies@my-project.iam.gserviceaccount.com",
      [isProxy ? "proxies" : "sharedflows"]: [name],
    },
  };
  return folderWith({
    ...below(`${isProxy ? "apiproxies" : "sharedflows"}/${name}`, files),
    ...Object.fromEntries(
      Object.entries(settings).map(([file, json]) => [`environments/local/${file}`, JSON.stringify(json)]),
    ),
  });
}

/** As `sortie check` does, in this process: to start one for each would take longer than all of them. */
const check = (path: string) => checkedEnvironment(readPaths([path]), "local");

/** Each once, in alphabetical order. */
function sorted(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

function codes(problems: readonly Problem[], severity: Problem["severity"]): string[] {
  return sorted(problems.flatMap((problem) => (problem.severity === severity ? problem.code : [])));
}

describe("sortie check", needsCorpus, () => {
  test("has a verdict on every published bundle", () => {
    expect(Object.keys(verdicts)).toEqual(publishedNames());
  });

  test("takes them as they are: none has a {{ }} placeholder that its author's build would expand", () => {
    for (const name of publishedNames()) {
      expect(Object.values(publishedFiles(name)).join("")).not.toContain("{{");
    }
  });

  test.each(Object.entries(verdicts))(
    "says of %s what is missing, and nothing else",
    async (name, verdict) => {
      const { missing = [], settings = [], warnings = [] } = verdict;
      const unknown = missing.length > 0 ? ["UnknownPolicyType"] : [];

      const alone = await check(published(name));
      expect(codes(alone.problems, "error")).toEqual(sorted([...unknown, ...settings]));
      expect(codes(alone.problems, "warning")).toEqual(warnings);
      expect(alone.failed).toBe(unknown.length + settings.length > 0);

      const configured = await check(environmentWith(name));
      expect(codes(configured.problems, "error")).toEqual(unknown);
      const types = configured.problems.flatMap(
        ({ message }) => /^The policy type (\w+) is not supported\.$/.exec(message)?.[1] ?? [],
      );
      expect(sorted(types)).toEqual(missing);
      expect(configured.failed).toBe(unknown.length > 0);
    },
  );
});
