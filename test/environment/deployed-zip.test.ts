import { expect, test } from "vitest";
import { readArchive } from "../../src/bundle/read-archive.ts";
import { writeArchive } from "../../src/bundle/write-archive.ts";
import { deployedSpecifications } from "../../src/documents/deployed-specifications.ts";
import { Report } from "../../src/documents/report.ts";
import { specifications } from "../../src/documents/specifications.ts";
import { deployedZip } from "../../src/environment/deployed-zip.ts";
import { PREPARED_SCRIPTS } from "../../src/environment/prepared-scripts.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("what is deployed of a specification in YAML reads as it did in its folder", () => {
  const text = "a: &x {b: [1, null, 1.5]}\nc: *x\nd: ä\n";
  const zip = writeArchive(new Map([["apiproxy/resources/oas/api.yaml", bytes(text)]]));
  const deployed = readArchive(deployedZip(zip), new Report()).get("apiproxy/resources/oas/api.yaml");
  const report = new Report();
  const read = deployedSpecifications.read({ path: "api.yaml", content: deployed ?? bytes("") }, report);
  expect(read?.value).toEqual(specifications.read({ path: "api.yaml", content: bytes(text) }, report)?.value);
  expect(read?.at(["a"])).toEqual({ file: "api.yaml", line: 1, column: 1 });
  expect(report.problems).toEqual([]);
});

test("everything else is deployed as it is", () => {
  const files = new Map([
    ["apiproxy/resources/oas/api.json", bytes('{ "a": 1 }')],
    ["apiproxy/resources/xsl/a.yaml", bytes("a: 1")],
    ["apiproxy/resources/oas/deep/b.yaml", bytes("a: 1")],
  ]);
  const zip = writeArchive(files);
  expect(deployedZip(zip)).toBe(zip);
  files.set("apiproxy/resources/oas/broken.yml", bytes("a: ["));
  expect(readArchive(deployedZip(writeArchive(files)), new Report())).toEqual(files);
});

test("what a bundle says of scripts itself is not taken", () => {
  const forged = { format: 1, scripts: { x: {} } };
  const zip = writeArchive(new Map([[PREPARED_SCRIPTS, bytes(JSON.stringify(forged))]]));
  const deployed = readArchive(deployedZip(zip), new Report()).get(PREPARED_SCRIPTS);
  expect(JSON.parse(new TextDecoder().decode(deployed))).toEqual({ ...forged, scripts: {} });
});
