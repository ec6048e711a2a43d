import type { ReadScript, ScriptReader } from "../scripts/script.ts";
import { nodeCrypto } from "../text/node-crypto.ts";

/** The file of a deployed archive that holds what is known of its scripts, beside what was packed. */
export const PREPARED_SCRIPTS = "prepared-scripts.json";

/** Changes when other versions cannot use what was prepared. */
const FORMAT = 1;

interface Prepared {
  readonly format: number;
  /** By the digest of each script's text. */
  readonly scripts: Readonly<Record<string, ReadScript>>;
}

/** The file that {@link PreparedScripts} takes. */
export function preparedFile(scripts: ReadonlyMap<string, ReadScript>): Uint8Array {
  const byDigest = [...scripts].map(([source, script]) => [digestOf(source), script] as const).sort();
  const prepared: Prepared = { format: FORMAT, scripts: Object.fromEntries(byDigest) };
  return new TextEncoder().encode(JSON.stringify(prepared));
}

/**
 * The scripts of what is deployed, read when it was checked. They are found by their text, so that nothing else can
 * run than what was checked.
 */
export class PreparedScripts implements ScriptReader {
  readonly #known = new Map<string, ReadScript>();

  /** Takes those of an archive, and their file out of it. */
  take(files: Map<string, Uint8Array>): void {
    const file = files.get(PREPARED_SCRIPTS);
    if (!file) return;
    files.delete(PREPARED_SCRIPTS);
    const { format, scripts } = JSON.parse(new TextDecoder().decode(file)) as Prepared;
    if (format !== FORMAT) return;
    for (const [digest, script] of Object.entries(scripts)) this.#known.set(digest, script);
  }

  read(source: string): ReadScript {
    const script = this.#known.get(digestOf(source));
    if (script) return script;
    throw new Error(
      "a script was deployed by a version that prepared it differently: push the environment again",
    );
  }
}

function digestOf(source: string): string {
  return nodeCrypto().createHash("sha256").update(source).digest("base64url");
}
