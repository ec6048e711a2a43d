/**
 * How large the memory of an interpreter may become, in bytes. The platform ends isolates with more than 128 MB, of
 * which the snapshot, the standard library and what is around the interpreter take about 30 (docs/python.md).
 */
const MOST_MEMORY = 72 * 1024 * 1024;

/** Our changes of pyodide, each of which must find its place: a new version has to be looked at. */
const changes: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>> = {
  // The memory is as long as it was, and the snapshot has some pages of it only.
  "pyodide.mjs": [[".INITIAL_MEMORY=i.length", ".INITIAL_MEMORY=e.memoryLength??i.length"]],
  "pyodide.asm.mjs": [
    ["getHeapMax=()=>4294901760;", `getHeapMax=()=>${MOST_MEMORY};`],
    ["Module.HEAP8.set(t),l", "(API.config.restorePages??((heap,all)=>heap.set(all)))(Module.HEAP8,t),l"],
  ],
};

/** A file of pyodide as the runtime has it. Throws when it is not the one that was changed. */
export function patched(text: string, name: string): string {
  return (changes[name] ?? []).reduce((changed, [from, to]) => {
    if (changed.split(from).length !== 2) throw new Error(`${name} of pyodide has another place for ${from}`);
    return changed.replace(from, () => to);
  }, text);
}
