import { lateFunctions, regexes, xpaths } from "./late-parts.ts";

// Not for the Worker, which loads what its bundles need.
await Promise.all([regexes, xpaths, ...Object.values(lateFunctions)].map((part) => part.load()));
