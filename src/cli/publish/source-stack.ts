import { SourceMap } from "node:module";
import { MAIN } from "./esbuild-plugin.ts";

/**
 * A stack trace of a function's isolate with places in the files that the function was made from, as
 * `functions/days/days.ts:3:9`. Lines about Sortie's own code in the isolate are left out.
 * @param sourceMap JSON, as bundling made it
 */
export function stackInSource(stack: string, sourceMap: string): string {
  const map = new SourceMap(JSON.parse(sourceMap));
  return stack
    .split("\n")
    .flatMap((line) => {
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
