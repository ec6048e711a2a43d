import type { FunctionPlan } from "./deployed.ts";

/** What names the way out of a function's isolate. All its users share it, so nobody is named in it. */
export interface OutboundProps {
  readonly environment: string;
  readonly function: string;
  readonly revision: string;
}

/** The same as the gateway's own. */
const COMPATIBILITY_DATE = "2026-10-01";

/** What a function's isolate consists of: its module, no bindings, and one way out. */
export async function isolateCode(
  { environment, published, readModule }: FunctionPlan,
  outbound: (props: OutboundProps) => Fetcher,
): Promise<WorkerLoaderWorkerCode> {
  const { name, revision, limits } = published;
  const { cpuMs, subRequests } = limits;
  return {
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: ["nodejs_compat"],
    mainModule: "function.js",
    modules: { "function.js": new TextDecoder().decode(await readModule()) },
    env: {},
    globalOutbound: outbound({ environment, function: name, revision }),
    limits: { ...(cpuMs !== null && { cpuMs }), ...(subRequests !== null && { subRequests }) },
  };
}
