import { Buffer } from "node:buffer";
import { Parameters } from "../../../flow/parameters.ts";

/** How often a text is decoded: those behind the gateway may do so once more than they should. */
const DECODINGS = 2;

const decoder = new TextDecoder();

/**
 * A text as it came and as others may understand it: percent-encodings are taken for what they stand for wherever there
 * is one, also beside others that are none. There, a strict reading finds nothing and a lenient one an attack.
 */
export function readingsOf(text: string): string[] {
  const readings = [text];
  for (let last = text; readings.length <= DECODINGS; ) {
    const decoded = last.replace(/(?:%[0-9a-f]{2})+/gi, decodeRun);
    if (decoded === last) break;
    readings.push(decoded);
    last = decoded;
  }
  return readings;
}

/**
 * All values of a parameter in a query or form, as others may find it: by its name in any letter case, and behind a
 * semicolon, too. A plus may stand for itself or for a space.
 */
export function parameterReadings(text: string, name: string, plusIsSpace: boolean): string[] {
  const wanted = name.toLowerCase();
  const lists = text.includes(";") ? [text, text.replaceAll(";", "&")] : [text];
  const values = lists.flatMap((list) => {
    const { lists } = new Parameters(list, plusIsSpace);
    return [...lists].flatMap(([written, found]) => (written.toLowerCase() === wanted ? found : []));
  });
  return [...new Set(values)].flatMap((value) => {
    const readings = readingsOf(value);
    return value.includes("+") ? [...readings, ...readingsOf(value.replaceAll("+", " "))] : readings;
  });
}

function decodeRun(run: string): string {
  const code = run.length === 3 ? Number.parseInt(run.slice(1), 16) : 0x80;
  // Most stand alone, and are ASCII.
  return code < 0x80
    ? String.fromCharCode(code)
    : decoder.decode(Buffer.from(run.replaceAll("%", ""), "hex"));
}
