import { type Problem, Report } from "../../documents/report.ts";
import type { EnvironmentDocument } from "../../environment/document.ts";
import type { EnvironmentModel } from "../../environment/read-environment.ts";
import { lostData } from "../../ontology/lost-data.ts";
import { type Mount, pathOnDisk } from "../check/mount.ts";

/** What a deployment takes out of sight, as problems with paths on disk (DataLoss). */
export function dataLosses(
  previous: EnvironmentDocument | null,
  model: EnvironmentModel,
  mounts: readonly Mount[],
): Problem[] {
  const report = new Report();
  reportLostObjects(previous?.ontology ?? null, model.ontology, report);
  reportLostApps(previous?.directory?.apps ?? 0, model, report);
  return report.problems.map((problem) => ({ ...problem, file: pathOnDisk(mounts, problem.file) }));
}

/** Of the objects of an ontology. */
function reportLostObjects(
  previous: EnvironmentDocument["ontology"],
  ontology: EnvironmentModel["ontology"],
  report: Report,
): void {
  if (!previous) return;
  const nothing = { objectTypes: {}, linkTypes: {}, actionTypes: {} };
  const start = { file: "ontology/", line: 1, column: 1 };
  for (const { path, message } of lostData(previous, ontology?.definition ?? nothing)) {
    const remedy =
      "Put the definition back, or say --allow-data-loss: nothing is erased, and it comes back with its definition.";
    report.error("DataLoss", ontology?.places.at(path) ?? start, message, remedy);
  }
}

/** Their file has secrets, and is easily missing where somebody else pushes: then no client could call any more. */
function reportLostApps(deployed: number, { name, settings }: EnvironmentModel, report: Report): void {
  if (deployed === 0 || settings.clients.apps.length > 0) return;
  report.error(
    "DataLoss",
    { file: `environments/${name}/developerapps.json`, line: 1, column: 1 },
    `No app would be left (${deployed} deployed), and no key would let anybody in.`,
    "Put the file with the apps there, or say --allow-data-loss.",
  );
}
