import { describe, expect, test } from "vitest";
import type { Value } from "../../../../src/expression/value.ts";
import { RequestMessage } from "../../../../src/flow/message.ts";
import { javascript } from "../../../../src/policies/extensions/javascript/javascript.ts";
import { Scripts } from "../../../../src/scripts/scripts.ts";
import { egressThrough } from "../../callouts/service-callout/callout-kit.ts";
import { faultOf, flowOf, loadPolicy, runPolicy, variableOf } from "../../policy-kit.ts";

const scripts = new Scripts();
const egress = egressThrough();
const policy = (source: string) =>
  `<Javascript name="JS"><Source><![CDATA[${source.replaceAll("]]>", "]]]]><![CDATA[>")}]]></Source></Javascript>`;

const order = `<?xml version="1.0"?>
<order id="7" xmlns:x="urn:x" x:kind="new">
  <!-- for Ada -->
  <name>Ada &amp; Co</name>
  <item sku="a"><price>1.50</price></item>
  <item sku="b"><price>2.25</price></item>
  <x:note>late</x:note>
  <empty/>
</order>`;

/** What `out` is after a script that has the order as `order`. */
async function out(source: string, body = order): Promise<Value> {
  const flow = flowOf({ request: new RequestMessage({ path: "/v1/things", body, verb: "POST" }) });
  const text = `var order = request.content.asXML; ${source}`;
  return variableOf(await runPolicy(javascript, policy(text), flow, { scripts, egress }), "out");
}

const show = (expression: string) => out(`context.setVariable('out', String(${expression}))`);

describe("E4X", () => {
  test.each([
    ["order.name", "Ada & Co"],
    ["order.@id", "7"],
    ["order.item[1].price", "2.25"],
    ["order.item.price", '<price xmlns:x="urn:x">1.50</price>\n<price xmlns:x="urn:x">2.25</price>'],
    ["order.item.@sku", "ab"],
    ["order.item.length()", "2"],
    ["order.none.length()", "0"],
    ["order.none", ""],
    ["order.none.deeper", ""],
    ["order.item[5] === undefined", "true"],
    ["order.name == 'Ada & Co'", "true"],
    ["order.item[0].price * 2", "3"],
    ["order.item[0]", '<item sku="a" xmlns:x="urn:x">\n  <price>1.50</price>\n</item>'],
    ["order.empty.toXMLString()", '<empty xmlns:x="urn:x"/>'],
    ["order.name()", "order"],
    ["order.item[0].localName()", "item"],
    ["order.item[0].parent().@id", "7"],
    ["order.children().length()", "5"],
    ["order.*.length()", "5"],
    ["order.elements('item').length()", "2"],
    ["order..price", '<price xmlns:x="urn:x">1.50</price>\n<price xmlns:x="urn:x">2.25</price>'],
    ["order..@sku", "ab"],
    ["order.descendants('price').length()", "2"],
    ["order.@*", "7new"],
    ["order.attribute('id')", "7"],
    ["order.note", ""],
    ["order['{urn:x}note']", "late"],
    ["(n = new Namespace('urn:x'), order.n::note)", "late"],
    ["(n = new Namespace('x', 'urn:x'), order.@n::kind.toXMLString())", "new"],
    ["order.*::note", "late"],
    ["order ? order.@id :order.name", "7"],
    ["order['{*}note'].name()", "urn:x::note"],
    ["order.hasComplexContent()", "true"],
    ["order.name.hasSimpleContent()", "true"],
    ["'item' in order", "true"],
    ["JSON.stringify({ n: order.name })", '{"n":"Ada & Co"}'],
    ["typeof order.item", "object"],
    ["new XML('<a><b>1</b></a>').b", "1"],
    ["new XMLList('<b>1</b><b>2</b>').length()", "2"],
    ["new XML('text')", "text"],
  ])("%s is %j", async (expression, expected) => {
    expect(await show(expression)).toBe(expected);
  });

  test.each([
    ["an element's text", "order.name = 'Bob'; out = order.name", "Bob"],
    [
      "a new element",
      "order.city = 'Rome'; out = order.city.toXMLString()",
      '<city xmlns:x="urn:x">Rome</city>',
    ],
    ["an attribute", "order.@id = 8; order.@by = 'me'; out = order.@id + order.@by", "8me"],
    ["one of a list", "order.item[1].price = 3; out = order.item[1].price", "3"],
    ["nothing, by delete", "delete order.item; delete order.@id; out = order.item.length() + order.@id", "0"],
    [
      "an element, twice",
      "var n = order.name; n[0] = new XML('<name><a/></name>'); n[0] = new XML('<name><b/></name>'); out = order.name.b.length() + order.empty.length() + n.b.length()",
      "3",
    ],
    [
      "what it has deleted, without its parent",
      "var i = order.item[0]; delete order.item[0]; i[0] = new XML('<item><c/></item>'); out = [i.parent(), order.item.length(), order.empty.length()]",
      ",1,1",
    ],
    ["an element more", "order.appendChild(new XML('<item sku=\"c\"/>')); out = order.item.@sku", "abc"],
    ["a copy alone", "var c = order.copy(); c.name = 'Eve'; out = order.name + c.name", "Ada & CoEve"],
  ])("a script may assign %s", async (_, source, expected) => {
    expect(await out(`var out; ${source}; context.setVariable('out', String(out))`)).toBe(expected);
  });

  test("text that is no XML is a TypeError that the script may catch", async () => {
    expect(
      await out("try { new XML('<a>') } catch (e) { context.setVariable('out', e instanceof TypeError) }"),
    ).toBe(true);
  });

  test.each([
    ["an entity", "new XML('<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>')"],
    ["a thousand levels", "new XML(new Array(1001).join('<a>') + new Array(1001).join('</a>'))"],
    ["a document over and over", "var t = '<a>' + new Array(500000).join('x') + '</a>'; for (;;) new XML(t)"],
  ])("%s is refused", async (_, source) => {
    const { code } = await faultOf(javascript, policy(source), flowOf(), { scripts, egress });
    expect(code).toBe("steps.javascript.ScriptExecutionFailed");
  });
});

describe("for each", () => {
  test.each([
    ["XML", "for each (var item in order.item) all.push(item.@sku)", "a,b"],
    ["an array", "for each (var n in [1, 2]) all.push(n)", "1,2"],
    ["an object", "for each (n in { a: 'x', b: 'y' }) all.push(n)", "x,y"],
    ["nothing", "for each (var n in null) all.push(n)", ""],
    ["loops in loops", "for each (var a in [[1], [2, 3]]) for each (var b in a) all.push(b)", "1,2,3"],
    ["a comma", "for each (var n in 1, [4]) all.push(n)", "4"],
    ["a plain loop, as Rhino does", "for each (var i = 0; i < 2; i++) all.push(i)", "0,1"],
    ["variables called each", "var each = 5; for (each in { k: 1 }) all.push(each)", "k"],
    [
      "text and comments that only look like it",
      "all.push('for each (a in b)' /* for each (a in b) */)",
      "for each (a in b)",
    ],
  ])("goes through %s", async (_, source, expected) => {
    expect(await out(`var all = []; ${source}; context.setVariable('out', all.join())`)).toBe(expected);
  });

  test("leaves every line where it was", async () => {
    const { message } = await faultOf(
      javascript,
      policy("for each (var a in [1]) {\n  var b = a..c;\n\n  nothing;\n}"),
      flowOf(),
      { scripts, egress },
    );
    expect(message).toContain("(JS.js:2)");
  });
});

test.each([
  ["an XML literal", "var x = <a/>;", "1:9", "XML literals"],
  ["a filter", "a.(b == 1)", "1:3", "Filters"],
  ["for each of", "for each (var a of b) {}", "1:17", "for each"],
])("a deployment is refused for %s", (_, source, place, text) => {
  const resources = new Map([["jsc/a.js", new TextEncoder().encode(source)]]);
  const xml = '<Javascript name="JS"><ResourceURL>jsc://a.js</ResourceURL></Javascript>';
  const { report } = loadPolicy(javascript, xml, { scripts, egress, resources });
  expect(report.problems).toMatchObject([
    { code: "ScriptCompilationFailed", file: "resources/jsc/a.js", message: expect.stringContaining(text) },
  ]);
  expect(report.problems.map(({ line, column }) => `${line}:${column}`)).toEqual([place]);
});
