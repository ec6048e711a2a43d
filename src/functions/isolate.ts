import { COMPATIBILITY_DATE } from "./compatibility-date.ts";
import type { FunctionPlan } from "./deployed.ts";
import { isolateModules, type KnownFacts } from "./isolate-modules.ts";
import { PYTHON_FLAGS, pythonModules } from "./python/python-modules.ts";
import { usesOAuth } from "./source-call.ts";

/** What names the way out of a function's isolate. All its users share it, so nobody is named in it. */
export interface OutboundProps {
  readonly isolate: string;
}

/** What a function's isolate consists of: its modules and what is around it, no bindings, and one way out. */
export async function isolateCode(
  plan: FunctionPlan,
  outbound: (props: OutboundProps) => Fetcher,
): Promise<WorkerLoaderWorkerCode> {
  const { isolate, published } = plan;
  const { limits } = published;
  const { cpuMs, subRequests } = limits;
  return {
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: [...(published.language === "python" ? PYTHON_FLAGS : ["nodejs_compat"])],
    mainModule: "main.js",
    modules: isolateModules(await functionModules(plan), { sources: factsOf(plan), limits }),
    env: {},
    globalOutbound: outbound({ isolate }),
    limits: { ...(cpuMs !== null && { cpuMs }), ...(subRequests !== null && { subRequests }) },
  };
}

function factsOf({ environment, sources }: FunctionPlan): KnownFacts["sources"] {
  return Object.fromEntries(
    [...sources.values()].map(({ name, source, url }) => [
      name,
      {
        apiName: source.apiName,
        rid: `ri.sortie.${environment}.source.${source.apiName}`,
        url,
        oauth: usesOAuth(source),
        clientCertificate: source.clientCertificateBinding !== null,
      },
    ]),
  );
}

async function functionModules({ published, readModule, readRuntime }: FunctionPlan) {
  const module = await readModule();
  if (published.language === "python") return pythonModules(published, module, await readRuntime());
  return { "function.js": new TextDecoder().decode(module) };
}
