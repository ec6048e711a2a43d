import { SourceMap } from "node:module";
import { MAIN } from "./esbuild-plugin.ts";

/**
 * A stack trace of a function's isolate with places in the files that the function was made from, as
 * `functions/days/days.ts:3:9`. Lines about Sortie's own code in the isolate are left out.
 * @param sourceMap JSON, as bundling made it; empty where the code is not bundled
 */
export function stackInSource(stack: string, sourceMap: string): string {
  // Most lines of a console are no stacks.
  if (sourceMap === "" || !stack.includes(".js:")) return stack;
  const map = mapIn(sourceMap);
  return stack
    .split("\n")
    .flatMap((line) => {
      if (OURS.test(line)) return [];
      const place = /^( +at .*?)function\.js:(\d+):(\d+)(\)?)$/.exec(line);
      if (!place) return line;
      const [, before = "", lineNumber, column, after = ""] = place;
      const origin = map.findOrigin(Number(lineNumber), Number(column));
      if (!("fileName" in origin)) return line;
      if (origin.fileName.startsWith("sortie") || origin.fileName === MAIN) return [];
      return `${before}${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}${after}`;
    })
    .join("\n");
}

/** The isolate's own modules around the function's. */
const OURS = /^ +at .*\b(?:main|platform)\.js:\d+:\d+\)?$/;

/** How many maps are kept; a function has another one after each change of its files. */
const MOST_MAPS = 50;

const maps = new Map<string, SourceMap>();

/** Read once, and not for each of a thousand lines. */
function mapIn(sourceMap: string): SourceMap {
  const known = maps.get(sourceMap);
  if (known) return known;
  if (maps.size >= MOST_MAPS) maps.clear();
  const map = new SourceMap(JSON.parse(sourceMap));
  maps.set(sourceMap, map);
  return map;
}
