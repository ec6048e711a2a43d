import type { WriteStream } from "node:tty";
import type { KvStore } from "./store.ts";

type Output = Pick<WriteStream, "isTTY" | "write">;

/** Removes what stands in the terminal's line. */
const CLEAR_LINE = "\r\u001b[2K";

/** The store, which says in a line of the terminal what it is doing. Files and pipes see nothing of it. */
export function announced(kv: KvStore, output: Output): KvStore {
  if (!output.isTTY) return kv;
  const during = async <Result>(text: string, work: Promise<Result>): Promise<Result> => {
    output.write(`${CLEAR_LINE}${text} …`);
    try {
      return await work;
    } finally {
      output.write(CLEAR_LINE);
    }
  };
  return {
    getTexts: (keys) => during(`Reading ${counted(keys.length, "value")}`, kv.getTexts(keys)),
    getBytes: (key) => during(`Reading ${key}`, kv.getBytes(key)),
    put: (entries) => {
      const bytes = entries.reduce((sum, { value }) => sum + value.length, 0);
      const size = `${Math.ceil(bytes / 1024)} KiB`;
      return during(`Writing ${counted(entries.length, "value")}, ${size}`, kv.put(entries));
    },
    list: (prefix) => during(`Listing ${prefix}`, kv.list(prefix)),
    remove: (keys) => during(`Removing ${counted(keys.length, "value")}`, kv.remove(keys)),
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
