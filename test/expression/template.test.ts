import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileTemplate } from "../../src/expression/template.ts";
import { ExpressionError, Float, type Lookup, type Value } from "../../src/expression/value.ts";
import { TooMuchWork } from "../../src/expression/work.ts";
import { render, strict } from "./render-template.ts";

type Scope = ReadonlyMap<string, Value>;
const variable: Lookup<Scope> = (name) => (scope) => scope.get(name) ?? null;

describe("a reference in curly braces is replaced by the variable's text", () => {
  test.each<[string, Record<string, Value>, string]>([
    [
      "You entered an invalid username: {user.name}",
      { "user.name": "jdoe" },
      "You entered an invalid username: jdoe",
    ],
    ["{request.header.x-a_b}", { "request.header.x-a_b": "1" }, "1"],
    ["{request.queryparam.$filter}", { "request.queryparam.$filter": "a eq 1" }, "a eq 1"],
    ["{request.queryparam.page[size]}", { "request.queryparam.page[size]": "5" }, "5"],
    ["{jwt.Verify-JWT-1.claim.größe}", { "jwt.Verify-JWT-1.claim.größe": "L" }, "L"],
    ["{a}{b}", { a: "1", b: "2" }, "12"],
    [
      "{n}|{l}|{f}|{t}|{list}",
      { n: 1, l: 2n, f: new Float(3), t: true, list: ["a", "b"] },
      "1|2|3.0|true|[a, b]",
    ],
    ["{empty}", { empty: "" }, ""],
    ["{a}", { a: "{b}", b: "2" }, "{b}"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the dollar before a reference is text
    ["${x}", { x: "1" }, "$1"],
  ])("%s", (template, values, expected) => expect(render(template, values)).toBe(expected));
});

describe("a default after a colon is used when the variable is not set", () => {
  test.each<[string, Record<string, Value>, string]>([
    ["{request.header.id:Unknown}", {}, "Unknown"],
    ["{request.header.id:Unknown}", { "request.header.id": "7" }, "7"],
    ["{request.header.id:Unknown}", { "request.header.id": "" }, ""],
    ["{protocol:https}://{site:google.com}/path", {}, "https://google.com/path"],
    ["{a:}", {}, ""],
    ["{a:one two}", {}, "one two"],
    ["{a:http://b:80/c}", {}, "http://b:80/c"],
    ["{toLowerCase(foo.bar:FOO)}", {}, "foo"],
    ["{toLowerCase(foo.bar:FOO)}", { "foo.bar": "BAR" }, "bar"],
  ])("%s with %j", (template, values, expected) =>
    expect(render(template, values, { unresolved: strict })).toBe(expected),
  );
});

describe("braces that are not a reference stay as they are", () => {
  test.each([
    "{}",
    "{ }",
    "{3}",
    "{0,1}",
    "{[]}",
    "{{}}",
    "{",
    "}",
    "{a",
    "{ a}",
    "{a }",
    '{"a":{"b":1}}',
    "{project, secretid, secretversion}",
    'var x = {name:"y"};',
    "body{margin:0;padding:0}",
    "body {\n  color: red\n}",
    "a{color:red\n}",
    "function f(){return 1}",
    "onclick={alert('x')}",
    "if(x){login()}",
    "$.items[?(@.a=='b')]",
    "<a>&#123;</a>",
  ])("%s", (text) => {
    const template = compileTemplate(text, variable);
    expect(template.literal).toBe(text);
    expect(template.render(new Map())).toBe(text);
  });

  test.each<[string, string]>([
    ['{ "a": "{var}" }', '{ "a": "1" }'],
    ['{"a":{"b":{var}}}', '{"a":{"b":1}}'],
    ["{{var}}", "{1}"],
    ["{a.{var}}", "{a.1}"],
    ["{a:{var}}", "{a:1}"],
  ])("references inside %s are still replaced", (template, expected) =>
    expect(render(template, { var: "1" })).toBe(expected),
  );
});

describe("other delimiters can be chosen", () => {
  test.each<[string, string, string, string]>([
    ['{"a":"@var#"}', "@", "#", '{"a":"1"}'],
    ["^var~ {var}", "^", "~", "1 {var}"],
    ["%var%", "%", "%", "1"],
    ["<toUpperCase('a')>", "<", ">", "A"],
    ["$var$ $5", "$", "$", "1 $5"],
  ])("%s with %s and %s", (template, prefix, suffix, expected) =>
    expect(render(template, { var: "1" }, { prefix, suffix })).toBe(expected),
  );

  test("a prefix or suffix of more or less than one character is refused", () => {
    expect(() => compileTemplate("a", variable, { prefix: "{{" })).toThrow(ExpressionError);
    expect(() => compileTemplate("a", variable, { suffix: "" })).toThrow(ExpressionError);
  });
});

describe("a variable that is not set", () => {
  test("is an empty text", () => expect(render("a{b}c")).toBe("ac"));
  test("is what the caller says it is", () =>
    expect(render("a{b}c", {}, { unresolved: (n) => `?${n}` })).toBe("a?bc"));
  test("can be an error", () =>
    expect(() => render("a{b}c", {}, { unresolved: strict })).toThrow("unresolved b"));
});

describe("arguments of a function", () => {
  const values = { alpha: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", three: "3", json: '{"a":[{"b":"x","c":1}]}' };
  test.each<[string, string]>([
    ["{substring(alpha,0,3)}", "ABC"],
    ["{substring(alpha,three)}", "DEFGHIJKLMNOPQRSTUVWXYZ"],
    ["{substring(alpha, 0, 3)}", "ABC"],
    ["{replaceFirst(alpha,A, '')}", "BCDEFGHIJKLMNOPQRSTUVWXYZ"],
    ["{replaceAll(alpha,'[A-Y]','')}", "Z"],
    ["{replaceAll(alpha,'[^A]{2}','')}", "AZ"],
    ["{replaceFirst('it's','t's','')}", "i"],
    ["{replaceFirst('a,b',',','-')}", "a-b"],
    ["{toLowerCase('A (B) ')}", "a (b) "],
    ["{toLowerCase(NoSuchVariable)}", "nosuchvariable"],
    ["{toLowerCase('')}", ""],
    ["{replaceFirst(alpha,[A-Y]+,)}", "Z"],
  ])("%s", (template, expected) => expect(render(template, values)).toBe(expected));

  test("a word that names no variable is an error when variables must resolve", () => {
    expect(() => render("{substring(alpha,0,10)}", values, { unresolved: strict })).toThrow("unresolved 0");
    expect(() => render("{toLowerCase(a.b)}", values, { unresolved: strict })).toThrow("unresolved a.b");
    expect(render("{substring(alpha,'0','2')}", values, { unresolved: strict })).toBe("AB");
  });
  test("whether words are literals can be chosen apart from what an unset variable is", () => {
    expect(render("{substring(alpha,0,2)}{x}", values, { unresolved: () => "?", literalWords: true })).toBe(
      "AB?",
    );
    expect(render("{toLowerCase(Word)}", values, { literalWords: false })).toBe("");
  });
});

test.each([
  ["{toUpperCase(encodeBase64(a))}", "QUI=", ["encodeBase64"]],
  ["{firstnonnull(escapeJSON(quoted),'')}", '\\"x\\"', ["escapeJSON"]],
  ["{firstnonnull(escapeJSON(a.b),'none')}", "none", ["escapeJSON"]],
  ["{substring(toLowerCase(a),0,1)}", "a", ["toLowerCase"]],
])("a function in the call of another is called first: %s", (template, text, expected) => {
  const nested: string[] = [];
  const options = { unresolved: strict, tellNested: (name: string) => nested.push(name), literalWords: true };
  expect(render(template, { a: "AB", quoted: '"x"' }, options)).toBe(text);
  expect(nested).toEqual(expected);
});

describe("a call that cannot work is refused when it is compiled", () => {
  test.each<[string, string, number]>([
    ["a {md5Hex()}", "md5Hex takes 1 argument, and has 0.", 3],
    ["{md5Hex(a,b)}", "md5Hex takes 1 argument, and has 2.", 1],
    ["{substring(a)}", "substring takes 2 to 3 arguments, and has 1.", 1],
    ["{firstnonnull()}", "firstnonnull takes at least 1 argument", 1],
    ["{toLowerCase(a}", 'is not closed with ")"', 13],
    ["{toLowerCase(a", 'is not closed with ")"', 13],
    ["{toLowerCase('a}", "single quotes", 13],
    ["{toLowerCase(a) }", 'must end with ")}"', 15],
    ["{toLowerCase(md5Hex(a)b)}", 'is not closed with ")"', 13],
    [`{${"toLowerCase(".repeat(10)}a${")".repeat(10)}}`, "more than 8 deep", 121],
    ["{replaceAll(a,'(','')}", "replaceAll: ", 1],
    ["{timeFormatUTC('yyyy-bb',a)}", "timeFormatUTC: ", 1],
  ])("%s", (template, message, offset) => {
    const compile = () => compileTemplate(template, variable);
    expect(compile).toThrow(ExpressionError);
    expect(compile).toThrow(message);
    expect(compile).toThrow(expect.objectContaining({ offset }));
  });
});

describe("for any text", () => {
  const snippet = fc.constantFrom(
    ..."{}()',:;[]\\\"$%@ \n",
    ...[
      "md5Hex(",
      "substring(",
      "replaceAll(",
      "xeger(",
      "jsonPath(",
      "timeFormat(",
      "a.b",
      "'x'",
      "1,2)",
      ")}",
      "{a}",
    ],
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.oneof(snippet, fc.string({ maxLength: 3 }))).map((s) => s.join("")),
  );

  test("it compiles and renders, or the error says where", () => {
    fc.assert(
      fc.property(text, (template) => {
        try {
          expect(typeof render(template)).toBe("string");
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
          expect((error as ExpressionError).offset).toBeLessThanOrEqual(template.length);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("a text without the prefix is a literal", () => {
    fc.assert(
      fc.property(text, (template) => {
        fc.pre(!template.includes("{"));
        expect(compileTemplate(template, variable).literal).toBe(template);
      }),
    );
  });

  test("literal pieces and variables render to their concatenation", () => {
    const name = fc.stringMatching(/^[a-z_][a-zA-Z0-9._$%-]{0,8}$/);
    const piece = fc.oneof(
      fc.record({ literal: fc.string().filter((literal) => !/[{}]/.test(literal)) }),
      fc.record({ name, value: fc.string() }),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const values = new Map<string, string>();
        for (const piece of pieces) if ("name" in piece) values.set(piece.name, piece.value);
        const template = pieces
          .map((piece) => ("name" in piece ? `{${piece.name}}` : piece.literal))
          .join("");
        const expected = pieces
          .map((piece) => ("name" in piece ? values.get(piece.name) : piece.literal))
          .join("");
        expect(compileTemplate(template, variable).render(values)).toBe(expected);
      }),
    );
  });
});

describe("the work of a template is bounded, and what long texts need is not refused", () => {
  const megabyte = "x".repeat(1_000_000);
  const json = JSON.stringify(Array.from({ length: 100_000 }, (_, id) => ({ id })));
  const xml = `<r>${"<a>1</a>".repeat(20_000)}</r>`;

  test.each([
    ["{text}".repeat(30), 30_000_000],
    ["{toUpperCase(text)}".repeat(15), 15_000_000],
    ["{jsonPath('$[*].id',json,'true')}", 588_891],
  ])("%s is rendered", (template, length) => {
    expect(render(template, { text: megabyte, json, xml })).toHaveLength(length);
  });

  test.each([
    ["a text that becomes too long", "{text}".repeat(40)],
    ["functions that read too much together", "{sha256Hex(text)}".repeat(40)],
    ["functions that write too much", "{escapeJSON(quotes)}".repeat(20)],
    ["paths that have too much to do together", "{jsonPath('$[?(@.id > 1)].id',json)}".repeat(40)],
    ["an XPath that has too much to do", "{xpath('//a[//a]',xml)}"],
    [
      "a replacement in a replacement",
      "{replaceAll(replaceAll(short,'x','y{1000}'),'y','z{1000}')}".replaceAll(
        /(.)\{(\d+)\}/g,
        (_, letter, count) => letter.repeat(count),
      ),
    ],
    ["one that another value would stand for", "{firstnonnull(xpath('//a[//a]',xml),'none')}"],
  ])("%s is stopped", (_, template) => {
    const values = { text: megabyte, short: "x".repeat(1_000), quotes: '"'.repeat(1_000_000), json, xml };
    expect(() => render(template, values)).toThrow(TooMuchWork);
    expect(() => render(template, values, { unresolved: strict })).toThrow(TooMuchWork);
  });

  test("each rendering has its own budget, also after one that was stopped", () => {
    const template = compileTemplate<Scope>("{toUpperCase(text)}".repeat(15), variable);
    const scope = new Map([["text", megabyte]]);
    expect(() => render("{xpath('//a[//a]',xml)}", { xml })).toThrow(TooMuchWork);
    for (let again = 0; again < 3; again++) expect(template.render(scope)).toHaveLength(15_000_000);
  });
});
