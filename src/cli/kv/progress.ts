import type { WriteStream } from "node:tty";
import type { KvStore } from "../../environment/kv-store.ts";

type Output = Pick<WriteStream, "isTTY" | "write">;

/** Removes what stands in the terminal's line. */
const CLEAR_LINE = "\r\u001b[2K";

/** Says in a line of the terminal what goes on as long as it does. Files and pipes see nothing of it. */
export async function during<Result>(output: Output, text: string, work: Promise<Result>): Promise<Result> {
  if (!output.isTTY) return work;
  output.write(`${CLEAR_LINE}${text} …`);
  try {
    return await work;
  } finally {
    output.write(CLEAR_LINE);
  }
}

/** The store, which says what it is doing, as {@link during}. */
export function announced(kv: KvStore, output: Output): KvStore {
  return {
    getTexts: (keys) => during(output, `Reading ${counted(keys.length, "value")}`, kv.getTexts(keys)),
    getBytes: (key) => during(output, `Reading ${key}`, kv.getBytes(key)),
    put: (entries) => {
      const bytes = entries.reduce((sum, { value }) => sum + value.length, 0);
      const size = `${Math.ceil(bytes / 1024)} KiB`;
      return during(output, `Writing ${counted(entries.length, "value")}, ${size}`, kv.put(entries));
    },
    list: (prefix) => during(output, `Listing ${prefix}`, kv.list(prefix)),
    remove: (keys) => during(output, `Removing ${counted(keys.length, "value")}`, kv.remove(keys)),
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
