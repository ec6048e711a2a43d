import { expect, test } from "vitest";
import { published } from "./python-kit.ts";

test("the documented example is published with its sources, and runs as its file says", async () => {
  const code = `from functions.api import function
from functions.sources import get_source

@function(sources=["mySourceAlias"])
def it() -> str:
    source = get_source("mySourceAlias")
    url = source.get_https_connection().url
    client = source.get_https_connection().get_client()
    response = client.get(url)
    return response.text
`;
  const { functions, module, problems } = await published(code);
  expect(problems).toEqual([]);
  expect(functions[0]?.published).toMatchObject({
    name: "it",
    language: "python",
    parameters: [],
    output: { type: { type: "string" }, optional: false },
    sources: ["mySourceAlias"],
    edits: [],
  });
  expect(module).toEqual({ entry: "it.py", function: "it", files: { "it.py": code } });
});
