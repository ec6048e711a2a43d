import { describe, expect, test } from "vitest";
import { ExpressionError } from "../../../src/expression/value.ts";
import { render } from "../render-template.ts";

describe("jsonPath", () => {
  const content = JSON.stringify({
    token: "abc",
    error_description: "expired",
    count: 3,
    yes: true,
    nothing: null,
    payload: { data: "c2VjcmV0" },
    results: [
      { name: "Alice", ip: "10.0.0.1", n: 7 },
      { name: "Bob, jr", ip: "10.0.0.2", n: 8 },
    ],
    none: [],
  });
  const values = { "response.content": content, path: "$.payload.data", all: "true" };

  test.each([
    ["{jsonPath('$.token',response.content)}", "abc"],
    ["{jsonPath($.error_description,response.content)}", "expired"],
    ["{jsonPath($.error_description, response.content)}", "expired"],
    ["{jsonPath(path,response.content)}", "c2VjcmV0"],
    ["{jsonPath('$.count',response.content)}", "3"],
    ["{jsonPath('$.yes',response.content)}", "true"],
    ["{jsonPath('$.nothing',response.content)}", ""],
    ["{jsonPath('$.missing',response.content)}", ""],
    ["{jsonPath('$.payload',response.content)}", '{"data":"c2VjcmV0"}'],
    ["{jsonPath('$.results[1].ip',response.content)}", "10.0.0.2"],
    ["{jsonPath('$.results[*].ip',response.content)}", "10.0.0.1"],
    ["{jsonPath('$.results[*].ip',response.content,'true')}", '["10.0.0.1","10.0.0.2"]'],
    ["{jsonPath('$.results[*].ip',response.content,'TRUE')}", '["10.0.0.1","10.0.0.2"]'],
    ["{jsonPath('$.results[*].ip',response.content,all)}", '["10.0.0.1","10.0.0.2"]'],
    ["{jsonPath('$.results[*].ip',response.content,'false')}", "10.0.0.1"],
    ["{jsonPath('$.results[*].nope',response.content)}", ""],
    ["{jsonPath('$.results[*].nope',response.content,'true')}", "[]"],
    ["{jsonPath('$.results[?(@.name=='Alice')].ip',response.content)}", "10.0.0.1"],
    ["{jsonPath($.results[?(@.name=='Bob, jr')].ip,response.content)}", "10.0.0.2"],
    ["{jsonPath('$.results[?(@.n>7)].n',response.content)}", "8"],
    ["{jsonPath('$.results',response.content)}", '{"name":"Alice","ip":"10.0.0.1","n":7}'],
    ["{jsonPath('$.none',response.content)}", ""],
    ["{jsonPath('$.none',response.content,'true')}", "[]"],
  ])("%s is %j", (template, expected) => expect(render(template, values)).toBe(expected));

  test("a content that is not JSON, empty or not set gives an empty text", () => {
    for (const json of ["<a/>", "", "{"]) expect(render("{jsonPath('$.a',json)}", { json })).toBe("");
    expect(render("{jsonPath('$.a',response.content)}")).toBe("");
  });

  test("a literal path that is not valid is refused at load, and gives an empty text from a variable", () => {
    expect(() => render("{jsonPath('$[',response.content)}", values)).toThrow(ExpressionError);
    expect(render("{jsonPath(path,response.content)}", { ...values, path: "$[" })).toBe("");
  });
});
