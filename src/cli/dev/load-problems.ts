import { type Problem, positionOf } from "../../documents/report.ts";
import type { DeploymentPlan } from "../../environment/deployment.ts";
import type { EnvironmentModel } from "../../environment/read-environment.ts";
import type { LoadFailure } from "../../worker/load-failures.ts";
import { type Mount, pathOnDisk } from "../check/mount.ts";
import { stackInSource } from "../publish/source-stack.ts";
import { LocalGateway } from "./local-gateway.ts";

/**
 * Loads a deployment in workerd on this machine, which is what it is going to be served by, and says what cannot be
 * loaded there. Nothing of it is called.
 */
export async function loadFailures(plan: DeploymentPlan): Promise<readonly LoadFailure[]> {
  const { environment } = plan.document;
  const gateway = await LocalGateway.start({
    environment,
    connections: [],
    secrets: {},
    log: () => {},
  });
  try {
    // Nothing is deployed there.
    return await gateway.verify({ ...plan, previous: null });
  } finally {
    await gateway.stop();
  }
}

/** What cannot be loaded as problems, with paths on disk (LoadFailed). */
export function loadProblems(
  failures: readonly LoadFailure[],
  model: EnvironmentModel,
  mounts: readonly Mount[],
): Problem[] {
  return failures.map(({ kind, name, reason }) => {
    const built = kind === "function" ? functionNamed(name, model) : undefined;
    const at = positionOf(built?.at ?? { file: folderOf(kind, name, model), line: 1, column: 1 });
    const text = built ? stackInSource(reason, built.sourceMap) : reason;
    return {
      ...at,
      file: pathOnDisk(mounts, at.file),
      code: "LoadFailed",
      severity: "error",
      policy: null,
      policyType: null,
      message: `The ${kind} ${name} cannot be loaded in workerd: ${oneLine(text)}`,
      remedy: built
        ? "Correct the code that runs while its module is loaded, its own or that of a package."
        : "The files pass every check, so this is a fault of Sortie: please report it with them.",
    };
  });
}

function functionNamed(name: string, { functions }: EnvironmentModel) {
  return functions.find(({ published }) => published.name === name);
}

function folderOf(kind: LoadFailure["kind"], name: string, { bundles }: EnvironmentModel): string {
  const bundleKind = kind === "proxy" ? "apiproxy" : "sharedflow";
  return bundles.find(({ bundle }) => bundle.kind === bundleKind && bundle.name === name)?.folder ?? ".";
}

/** What workerd says, without the line that says that it failed. */
function oneLine(reason: string): string {
  return reason.replace(/^Failed to start Worker:\n/, "").replace(/\s*\n\s*/g, " ");
}
