import fc from "fast-check";
import type { TestFiles } from "./deployed.ts";

/** Changes one file of an environment, or which files there are. */
type Mutation = (files: TestFiles) => TestFiles;

/** What an author, an editor or a merge may do to a file, at a place that `at` (0 to 1) chooses. */
const textMutations: Readonly<Record<string, (text: string, at: number, word: string) => string>> = {
  "drop an element": (text, at) => changed(elementsOf(text), text, at, () => ""),
  "duplicate an element": (text, at) => changed(elementsOf(text), text, at, (element) => element + element),
  "misspell an element": (text, at) =>
    changed(elementsOf(text), text, at, (element) =>
      element.replace(/^<(\w)(\w*)/, "<$2$1").replace(/<\/(\w)(\w*)>$/, "</$2$1>"),
    ),
  "drop a tag": (text, at) => changed(rangesOf(text, /<\/?\w[^<>]*>/g), text, at, () => ""),
  "drop an attribute": (text, at) => changed(attributesOf(text), text, at, () => ""),
  "duplicate an attribute": (text, at) =>
    changed(attributesOf(text), text, at, (attribute) => attribute + attribute),
  "rename an attribute": (text, at) =>
    changed(attributesOf(text), text, at, (attribute) => attribute.replace(/^ \w/, " x")),
  "empty an attribute": (text, at) =>
    changed(attributesOf(text), text, at, (attribute) => attribute.replace(/".*"/, '""')),
  "write another value": (text, at, word) =>
    changed(rangesOf(text, /(?<=[>"])[^<>"]+(?=[<"])/g), text, at, () => word),
  "insert text": (text, at, word) => {
    const place = Math.floor(at * text.length);
    return text.slice(0, place) + word + text.slice(place);
  },
  "cut the file off": (text, at) => text.slice(0, Math.floor(at * text.length)),
};

/** What may happen to a file as a whole. */
const fileMutations: Readonly<
  Record<string, (files: Map<string, string>, path: string, other: string) => void>
> = {
  "remove it": (files, path) => files.delete(path),
  "rename it": (files, path) => rename(files, path, path.replace(/(\w)(\w)(\.\w+)$/, "$2$1$3")),
  "rename its folder": (files, path) => rename(files, path, path.replace(/(\w)(\/[^/]*)$/, "$2")),
  "copy it": (files, path) => files.set(path.replace(/(\.\w+)$/, "-copy$1"), files.get(path) ?? ""),
  "take another one's content": (files, path, other) => files.set(path, files.get(other) ?? ""),
};

const words = fc.constantFrom(
  ..."& < > \" ' { } ( ) \\ % , : ; * ~ = | \n \u0000 \uFFFF é".split(" "),
  ...["", " ", "true", "ture", "-1", "0", "99999999999999999999", "1e9", "{x}", "{toUpperCase(", "{no(x)}"],
  ...["$..", "//a[", "[a", "]]>", "<![CDATA[", "<!--", "&amp;", "&#0;", "../..", "http://", "/_sortie/x"],
  ...[
    "GTE",
    "request.content",
    "response",
    "constructor",
    "__proto__",
    "a b",
    "null",
    "NaN",
    "x".repeat(300),
  ],
);

/** Any of those. */
export const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom(...Object.keys(textMutations)), fraction(), fraction(), words)
      .map(([name, which, at, word]): Mutation => {
        return named(`${name} ${JSON.stringify(word)}`, (files) => {
          const path = chosen(Object.keys(files), which);
          const mutate = textMutations[name];
          return path && mutate ? { ...files, [path]: mutate(files[path] ?? "", at, word) } : files;
        });
      }),
  },
  fc
    .tuple(fc.constantFrom(...Object.keys(fileMutations)), fraction(), fraction())
    .map(([name, which, other]): Mutation => {
      return named(name, (files) => {
        const copy = new Map(Object.entries(files));
        const path = chosen([...copy.keys()], which);
        if (path) fileMutations[name]?.(copy, path, chosen([...copy.keys()], other) ?? path);
        return Object.fromEntries(copy);
      });
    }),
);

/** Shows in a report of a failed test what was done. */
function named(name: string, mutation: Mutation): Mutation {
  return Object.assign(mutation, { toString: () => name });
}

function fraction(): fc.Arbitrary<number> {
  return fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
}

function chosen<T>(all: readonly T[], at: number): T | undefined {
  return all[Math.floor(at * all.length)];
}

type Range = readonly [start: number, end: number];

function changed(
  ranges: readonly Range[],
  text: string,
  at: number,
  change: (part: string) => string,
): string {
  const range = chosen(ranges, at);
  if (!range) return text;
  const [start, end] = range;
  return text.slice(0, start) + change(text.slice(start, end)) + text.slice(end);
}

function rangesOf(text: string, pattern: RegExp): Range[] {
  return Array.from(text.matchAll(pattern), ({ 0: found, index }) => [index, index + found.length]);
}

function attributesOf(text: string): Range[] {
  return rangesOf(text, / [\w:]+="[^"]*"/g);
}

/** From start tag to end tag, as long as the text is well-formed. */
function elementsOf(text: string): Range[] {
  const open: number[] = [];
  const ranges: Range[] = [];
  for (const { 0: tag, index } of text.matchAll(/<(?:\/\w+|\w+(?:\s[^<>]*)?)>/g)) {
    if (tag.endsWith("/>")) ranges.push([index, index + tag.length]);
    else if (!tag.startsWith("</")) open.push(index);
    else ranges.push([open.pop() ?? index, index + tag.length]);
  }
  return ranges;
}

function rename(files: Map<string, string>, from: string, to: string): void {
  const text = files.get(from) ?? "";
  files.delete(from);
  files.set(to, text);
}
