import { isThisMachine } from "../egress/ip.ts";
import type { SourceFile } from "./file-schema.ts";
import type { Source, SourceBridge } from "./source.ts";

/** Something wrong with how a source is reached through bridges. */
export interface BridgeProblem {
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly at: readonly (string | number)[];
  readonly message: string;
  readonly remedy: string;
}

const AT = ["worker", "bridge"];

/**
 * The bridges that a source's calls go through, and what is wrong with them: InvalidBridge, DuplicateSecret,
 * ClientCertificateNotUsed, CertificateWithoutEffect. Foundry: "Configure egress" (agent proxy).
 */
export function readBridge(
  { worker, configuration }: SourceFile,
  add: (problem: BridgeProblem) => void,
): Source["bridge"] {
  const { bridge } = worker;
  if (!bridge) return null;
  const addresses = bridge.addresses.flatMap((text, index) => {
    const wrong = addressProblem(text, bridge.binding !== undefined);
    if (wrong === null) return URL.parse(text)?.origin ?? [];
    add({ severity: "error", code: "InvalidBridge", at: [...AT, "addresses", index], ...wrong });
    return [];
  });
  const key = bridge.key.value;
  const { additionalSecrets, hostBoundSecrets } = configuration;
  if (additionalSecrets.secretNames.includes(key) || Object.hasOwn(hostBoundSecrets, key)) {
    add({
      severity: "error",
      code: "DuplicateSecret",
      at: [...AT, "key"],
      message: `Calls to the bridges are signed with the secret ${key}, and code may read it as well.`,
      remedy: "Give the bridges' key a name of its own.",
    });
  }
  for (const problem of certificateProblems(configuration)) add(problem);
  return { addresses, key, binding: bridge.binding ?? null } satisfies SourceBridge;
}

function addressProblem(text: string, isBound: boolean): { message: string; remedy: string } | null {
  const url = URL.parse(text);
  const isOrigin =
    url !== null && /^https?:$/.test(url.protocol) && text.toLowerCase() === spelled(url, text);
  if (!isOrigin || url.username !== "" || url.hostname.endsWith(".")) {
    return {
      message: "The address of a bridge must be scheme, host and port, and this is not.",
      remedy: "Write it like https://bridge.example.com:8443.",
    };
  }
  if (url.protocol === "https:" || isBound || isThisMachine(url.hostname)) return null;
  return {
    message: `Calls to the bridge ${url.host} could be read on their way.`,
    remedy: "Give the bridge a certificate, and write https.",
  };
}

/** The origin, also with the port that its scheme has by default. */
function spelled({ origin, protocol }: URL, text: string): string {
  const port = protocol === "https:" ? ":443" : ":80";
  return text.endsWith(port) && !origin.endsWith(port) ? origin + port : origin;
}

/** The bridges have the certificates, and know nothing of the source's file. */
function* certificateProblems(configuration: SourceFile["configuration"]): Iterable<BridgeProblem> {
  if (!("domains" in configuration)) return;
  if (configuration.clientCertificate) {
    yield {
      severity: "error",
      code: "ClientCertificateNotUsed",
      at: ["configuration", "clientCertificate"],
      message: "The source's calls go through bridges, where no binding can present a client certificate.",
      remedy: "Name the certificate in the file of the bridge, and take clientCertificate out.",
    };
  }
  for (const alias of Object.keys(configuration.serverCertificates)) {
    yield {
      severity: "warning",
      code: "CertificateWithoutEffect",
      at: ["configuration", "serverCertificates", alias],
      message: `The certificate ${alias} has no effect here: the bridges trust what their own file names.`,
      remedy:
        "Name it in serverCertificates of the destination in the file of the bridge, and take it out here.",
    };
  }
}
