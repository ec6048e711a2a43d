import { SourceMap } from "node:module";
import { relative, resolve } from "node:path";

/**
 * The places in a function's module that a text names, such as those of a stack, as places in the files that the
 * module was made from.
 *
 * @param sourceMap of the module, as JSON; its sources are relative to `folder`
 */
export function mapStack(text: string, sourceMap: string, folder: string): string {
  const map = new SourceMap(JSON.parse(sourceMap));
  return text.replace(/function\.js:(\d+):(\d+)/g, (place, line: string, column: string) => {
    // Both sides of the map count from 0.
    const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
    if (!("originalSource" in entry) || entry.originalSource === undefined) return place;
    const file = relative(process.cwd(), resolve(folder, entry.originalSource));
    return `${file}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}
