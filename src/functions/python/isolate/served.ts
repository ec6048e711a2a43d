import type { PublishedFunction } from "../../published-function.ts";
import type { PythonModule } from "../module.ts";

/** A function, as its isolate is told of it: the module `function.json`. */
export interface ServedPython extends Pick<PublishedFunction, "parameters" | "output"> {
  readonly module: PythonModule;
}
