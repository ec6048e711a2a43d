import fc from "fast-check";
import { expect, test } from "vitest";
import {
  compileStyle,
  type Style,
} from "../../../../src/policies/mediation/oas-validation/parameters/styles.ts";
import type { Written } from "../../../../src/policies/mediation/oas-validation/parameters/written.ts";

type Fields = readonly (readonly [string, string])[];

/** The texts of a list, and of fields, in a style. OpenAPI 3.0.3: "Style Values", "Style Examples". */
const written: Record<
  string,
  { list: (texts: string[]) => string[]; fields: ((fields: Fields) => string[]) | null }
> = {
  "simple false": { list: (texts) => [texts.join(",")], fields: (fields) => [fields.flat().join(",")] },
  "simple true": { list: (texts) => [texts.join(",")], fields: (fields) => [pairs(fields).join(",")] },
  "label false": {
    list: (texts) => [`.${texts.join(",")}`],
    fields: (fields) => [`.${fields.flat().join(",")}`],
  },
  "label true": {
    list: (texts) => [`.${texts.join(".")}`],
    fields: (fields) => [`.${pairs(fields).join(".")}`],
  },
  "matrix false": {
    list: (texts) => [`;p=${texts.join(",")}`],
    fields: (fields) => [`;p=${fields.flat().join(",")}`],
  },
  "matrix true": {
    list: (texts) => [texts.map((text) => `;p=${text}`).join("")],
    fields: (fields) => [
      pairs(fields)
        .map((pair) => `;${pair}`)
        .join(""),
    ],
  },
  "form false": { list: (texts) => [texts.join(",")], fields: (fields) => [fields.flat().join(",")] },
  "form true": { list: (texts) => texts, fields: null },
  "spaceDelimited false": { list: (texts) => [texts.join("%20")], fields: null },
  "pipeDelimited false": { list: (texts) => [texts.join("|")], fields: null },
};

function pairs(fields: Fields): string[] {
  return fields.map(([name, value]) => `${name}=${value}`);
}

/** What percent-encoding leaves alone and a style would take for its own sign stays out. */
const text = fc.string({ unit: fc.constantFrom(..."abc1é /;=,&?|+%"), minLength: 1, maxLength: 5 });
const encoded = (plain: string) => encodeURIComponent(plain).replaceAll(".", "%2E");

test.each(Object.entries(written))("%s reads what it writes", (name, { list, fields }) => {
  const [style, explode] = name.split(" ") as [Style, string];
  const read = (shape: "list" | "fields", texts: string[]): readonly Written[] | null =>
    compileStyle(style, explode === "true", shape, "p", "query")(texts);
  const named = fc.uniqueArray(fc.tuple(text, text), { minLength: 1, selector: ([key]) => key });
  const values = fc.array(text, { minLength: 1 });
  // Between texts a space is a separator, also one that was meant as such.
  const isAmbiguous = (each: string) => style === "spaceDelimited" && each.includes(" ");
  const isPiped = (each: string) => style === "pipeDelimited" && each.includes("|");
  fc.assert(
    fc.property(values, named, (texts, pairsOf) => {
      fc.pre(!texts.some((each) => isAmbiguous(each) || isPiped(each)));
      expect(read("list", list(texts.map(encoded)))).toEqual([{ list: texts }]);
      if (!fields) return;
      const given = pairsOf.map(([key, value]) => [encoded(key), encoded(value)] as const);
      const expected = pairsOf.map(([key, value]) => [key, [value]]);
      expect(read("fields", fields(given))).toEqual([{ fields: expected }]);
    }),
  );
});
