import { COMPATIBILITY_DATE } from "./compatibility-date.ts";
import type { FunctionPlan } from "./deployed.ts";
import { isolateModules } from "./isolate-modules.ts";

/** What names the way out of a function's isolate. All its users share it, so nobody is named in it. */
export interface OutboundProps {
  readonly isolate: string;
}

/** What a function's isolate consists of: its module and what is around it, no bindings, and one way out. */
export async function isolateCode(
  { isolate, published, readModule }: FunctionPlan,
  outbound: (props: OutboundProps) => Fetcher,
): Promise<WorkerLoaderWorkerCode> {
  const { limits } = published;
  const { cpuMs, subRequests } = limits;
  return {
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: ["nodejs_compat"],
    mainModule: "main.js",
    modules: isolateModules(new TextDecoder().decode(await readModule()), limits),
    env: {},
    globalOutbound: outbound({ isolate }),
    limits: { ...(cpuMs !== null && { cpuMs }), ...(subRequests !== null && { subRequests }) },
  };
}
