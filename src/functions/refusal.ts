import type { Refusal } from "../egress/policy.ts";
import type { FunctionPlan } from "./deployed.ts";

/**
 * The answer to a call that no egress policy of the declared sources covers, which also goes to the log.
 * Foundry: "Make API calls from functions" (HTTP 407).
 */
export function refuse(
  { published, sources }: FunctionPlan,
  refusal: Refusal,
  log: (line: Record<string, unknown>) => void,
): Response {
  const { name } = published;
  const { host, port, reason } = refusal;
  const remedy =
    missingSlash(
      host,
      [...sources.values()].flatMap(({ url }) => url ?? []),
    ) ?? refusal.remedy;
  log({ level: "error", event: "egress.refused", by: name, host, port, reason, remedy });
  const message = `The function ${name} may not call ${host}${port === null ? "" : `:${port}`}: ${reason}. ${remedy}`;
  return Response.json(
    { error: "Proxy Authentication Required", function: name, host, port, reason, remedy, message },
    { status: 407, statusText: "Proxy Authentication Required" },
  );
}

/** `url + "api/v1"` makes one host of the source's and the path. */
function missingSlash(host: string, urls: readonly string[]): string | null {
  const fused = urls.find((url) => {
    const own = new URL(url).hostname;
    return host.length > own.length && host.startsWith(own);
  });
  return fused === undefined
    ? null
    : `Check the slash: the URL of the source, ${fused}, has none at its end, so a path has to begin with one.`;
}

/** A refusal of what no policy can allow. */
export function unsupported(url: string, reason: string, remedy: string): Refusal {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: port === "" ? null : Number(port), reason, rule: null, remedy };
}
