import { describe, expect, test } from "vitest";
import { ExpressionError } from "../../../src/expression/value.ts";
import { render } from "../render-template.ts";

const values = {
  xml: '<tag><tagid id="7">250397</tagid><flag>true</flag><flag>false</flag></tag>',
  soap: '<s:Envelope xmlns:s="http://soap.example"><s:Body><a xmlns="urn:a">1</a></s:Body></s:Envelope>',
  path: "/tag/tagid",
  namespace: "e:http://soap.example",
};

describe("xpath", () => {
  test.each([
    ["{xpath('/tag/flag[1]',xml)}", "<flag>true</flag>"],
    ["{xpath('/tag/flag',xml)}", "<flag>true</flag><flag>false</flag>"],
    ["{xpath('/tag/flag',xml,'nodeset')}", "<flag>true</flag><flag>false</flag>"],
    ["{xpath('/tag/flag',xml,'node')}", "<flag>true</flag>"],
    ["{xpath(/tag/flag,xml,string)}", "true"],
    ["{xpath('/tag/tagid/text()',xml)}", "250397"],
    ["{xpath('/tag/tagid/@id',xml)}", "7"],
    ["{xpath('//tagid[@id='7']',xml,'string')}", "250397"],
    ["{xpath(path,xml,'string')}", "250397"],
    ["{xpath(path,xml,'Number')}", "250397"],
    ["{xpath('count(/tag/flag)',xml)}", "2"],
    ["{xpath(count(/tag/*),xml,'number')}", "3"],
    ["{xpath(path,xml,'boolean')}", "true"],
    ["{xpath('/x',xml)}", ""],
    ["{xpath('/x',xml,'node')}", ""],
    ["{xpath('/x',xml,'string')}", ""],
    ["{xpath('/x',xml,'number')}", ""],
    ["{xpath('/x',xml,'boolean')}", "false"],
    ["{xpath('/e:Envelope/e:Body/a:a',soap,'string','e:http://soap.example','a:urn:a')}", "1"],
    ["{xpath(/e:Envelope/e:Body/a:a,soap,e:http://soap.example,a:urn:a,string)}", "1"],
    ["{xpath('/e:Envelope/e:Body',soap,namespace,'boolean')}", "true"],
  ])("%s is %j", (template, expected) => expect(render(template, values)).toBe(expected));

  test("an element keeps its markup", () => {
    expect(render("{xpath('/tag/tagid',xml)}", { xml: "<tag><tagid>250397</tagid></tag>" })).toBe(
      "<tagid>250397</tagid>",
    );
  });

  test("a text that is not XML gives an empty text", () => {
    for (const xml of ["", "{}", "<a>"]) expect(render("{xpath('/a',xml,'boolean')}", { xml })).toBe("");
  });

  test.each(["{xpath('/a[',xml)}", "{xpath('/p:a',xml)}", "{xpath('/a',xml,'text')}"])(
    "%s is refused at load, and gives an empty text when its parts come from variables",
    (template) => {
      expect(() => render(template, values)).toThrow(ExpressionError);
      const [, wrong = "", type = "'node'"] = /xpath\('(.*?)',xml(?:,(.*))?\)/.exec(template) ?? [];
      expect(render(`{xpath(wrong,xml,${type})}`, { ...values, wrong })).toBe("");
    },
  );

  test("more than ten namespaces are refused", () => {
    const namespaces = Array.from({ length: 11 }, (_, index) => `'n${index}:urn:n'`);
    expect(render(`{xpath('/a',xml,'node',${namespaces.slice(1).join(",")})}`, values)).toBe("");
    expect(() => render(`{xpath('/a',xml,'node',${namespaces.join(",")})}`)).toThrow("and has 14");
  });
});
