import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readWranglerConfig } from "../../../src/cli/kv/wrangler-config.ts";
import { folderWith } from "../sortie.ts";

const toml = `account_id = "a1"
[[kv_namespaces]]
binding = "OTHER"
id = "o"
[[kv_namespaces]]
binding = "CONFIG"
id = "n1"
`;

describe("the KV namespace of a Worker", () => {
  test("is the one with the binding CONFIG in the nearest Wrangler configuration", () => {
    const folder = folderWith({ "wrangler.toml": toml, "deep/down/x": "" });
    expect(readWranglerConfig(undefined, join(folder, "deep", "down"))).toEqual({
      file: "../../wrangler.toml",
      folder,
      accountId: "a1",
      namespace: "n1",
      localNamespace: "n1",
    });
  });

  test("is in the file that is named", () => {
    const folder = folderWith({ "wrangler.toml": toml, "other.toml": toml.replace("n1", "n2") });
    expect(readWranglerConfig("other.toml", folder).namespace).toBe("n2");
  });

  test("may be in JSON with comments, which comes before TOML, and have another id on this machine", () => {
    const jsonc =
      '{ // a comment\n "kv_namespaces": [{ "binding": "CONFIG", "id": "n3", "preview_id": "p" },] }';
    const folder = folderWith({ "wrangler.toml": toml, "wrangler.jsonc": jsonc });
    expect(readWranglerConfig(undefined, folder)).toMatchObject({
      namespace: "n3",
      localNamespace: "p",
      accountId: undefined,
    });
  });

  test.each([
    ["none.toml", {}, "none.toml does not exist. Correct --config."],
    [
      "wrangler.toml",
      { "wrangler.toml": "name = 'x'" },
      "wrangler.toml has no id of a KV namespace with the binding CONFIG.",
    ],
    ["wrangler.toml", { "wrangler.toml": "a = 1\nb = = 2" }, "wrangler.toml:2:5 Invalid TOML document"],
    ["w.json", { "w.json": '{\n "a": }' }, "w.json:2:7 is no JSON: ValueExpected."],
    ["w.json", { "w.json": '{ "kv_namespaces": [{ "binding": 1 }] }' }, "w.json: kv_namespaces.0.binding: "],
  ])("is missed with words that say where: %s with %j", (config, files, message) => {
    expect(() => readWranglerConfig(config, folderWith(files))).toThrow(message);
  });

  test("is missed where there is no configuration at all", () => {
    expect(() => readWranglerConfig(undefined, folderWith({}))).toThrow("There is no wrangler.toml here");
  });
});
