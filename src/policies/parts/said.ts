import type { XmlElement } from "../../documents/element.ts";
import { refOf } from "./text-or-ref.ts";

/** What an element says: a text, or the variable that holds it, for which the text stands in when it is not set. */
export interface Said {
  readonly ref: string | null;
  readonly text: string;
}

/** What an element says that is not there. */
export const nothing: Said = { ref: null, text: "" };

export function readSaid(element: XmlElement | undefined): Said {
  return element ? { ref: refOf(element), text: element.text() } : nothing;
}
