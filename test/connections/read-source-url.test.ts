import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSourceUrl } from "../../src/connections/read-source-url.ts";
import { parseXml } from "../../src/documents/parse.ts";
import { Report } from "../../src/documents/report.ts";

function read(url: string) {
  const report = new Report();
  const escaped = url.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const element = parseXml(`<URL>${escaped}</URL>`, "SC.xml", report);
  if (!element) throw new Error("the test's XML is not valid");
  const source = readSourceUrl(element, report);
  return { source, problems: report.problems.map(({ code }) => code) };
}

describe("source://ALIAS/path", () => {
  test.each([
    ["source://crm", "crm", ""],
    ["source://crm/", "crm", "/"],
    ["source://crm/a/{b}?c={d}", "crm", "/a/{b}?c={d}"],
    ["source://crm?q={x}", "crm", "?q={x}"],
    ["SOURCE://Crm/a", "Crm", "/a"],
    ["source://crm//host.example/", "crm", "//host.example/"],
  ])("%s", (url, name, path) => {
    expect(read(url)).toMatchObject({ source: { name, path }, problems: [] });
  });

  test.each([
    "source:",
    "source://",
    "source:///a",
    "source:/crm",
    "source://{x}",
    "source://crm{x}/",
    "source://a b/",
  ])("is not %s", (url) => {
    expect(read(url)).toMatchObject({ source: { name: "" }, problems: ["InvalidURL"] });
  });

  test.each(["https://source.example/", "{source}", "/source://crm", ""])("is not meant by %j", (url) => {
    expect(read(url)).toEqual({ source: null, problems: [] });
  });

  test("has a name that no path can change, and a path that no host can be in", () => {
    const name = fc.stringMatching(/^[A-Za-z][\w-]{0,20}$/);
    const rest = fc.stringMatching(/^(?:[/?#][!-;=?-z{}/:@\\]{0,30})?$/);
    fc.assert(
      fc.property(name, rest, (alias, path) => {
        const { source } = read(`source://${alias}${path}`);
        expect(source).toMatchObject({ name: alias, path });
        expect(new URL(`https://api.example.com${path}`).host).toBe("api.example.com");
      }),
    );
  });
});
