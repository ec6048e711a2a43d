import { runSortie } from "./command-line.ts";

process.exitCode = await runSortie(process.argv.slice(2));
