import { type Problem, Report } from "../../documents/report.ts";
import type { EnvironmentDocument } from "../../environment/document.ts";
import type { EnvironmentModel } from "../../environment/read-environment.ts";
import { lostData } from "../../ontology/lost-data.ts";
import { type Mount, pathOnDisk } from "../check/mount.ts";

/** What a deployment takes out of sight of the objects of an ontology, as problems with paths on disk (DataLoss). */
export function dataLosses(
  previous: EnvironmentDocument | null,
  { ontology }: EnvironmentModel,
  mounts: readonly Mount[],
): Problem[] {
  if (!previous?.ontology) return [];
  const report = new Report();
  const nothing = { objectTypes: {}, linkTypes: {}, actionTypes: {} };
  const start = { file: "ontology/", line: 1, column: 1 };
  for (const { path, message } of lostData(previous.ontology, ontology?.definition ?? nothing)) {
    const remedy =
      "Put the definition back, or say --allow-data-loss: nothing is erased, and it comes back with its definition.";
    report.error("DataLoss", ontology?.places.at(path) ?? start, message, remedy);
  }
  return report.problems.map((problem) => ({ ...problem, file: pathOnDisk(mounts, problem.file) }));
}
