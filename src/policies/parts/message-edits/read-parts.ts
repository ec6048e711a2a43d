import type { XmlElement } from "../../../documents/element.ts";
import { readBoolean } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import {
  type MessageParts,
  type PartName,
  type Selection,
  textProperties,
  type ValueList,
  valueLists,
} from "./edit.ts";
import { readName } from "./read-name.ts";

/**
 * What a Copy or Remove is about. Without children it is everything that can be copied, or everything that
 * can be absent: Remove leaves a verb, a path and a status as they are unless it names them. An empty flag
 * is false in Copy and true in Remove.
 */
export function readParts(action: XmlElement, report: Report, known: readonly PartName[]): MessageParts {
  const copies = action.name === "Copy";
  const flags = known.flatMap((name) => {
    const flag = action.child(name);
    return flag ? [{ name, isChosen: readBoolean(flag, !copies, report) }] : [];
  });
  const chosen = new Set(flags.filter((flag) => flag.isChosen).map(({ name }) => name));
  const parts: MessageParts = {
    lists: {
      Headers: readSelection(action, "Headers", report),
      QueryParams: readSelection(action, "QueryParams", report),
      FormParams: readSelection(action, "FormParams", report),
    },
    payload: chosen.has("Payload"),
    properties: textProperties.filter((property) => chosen.has(property)),
  };
  return flags.length > 0 || namesList(action) ? parts : everything(copies, known);
}

function everything(copies: boolean, known: readonly PartName[]): MessageParts {
  return {
    lists: { Headers: "all", QueryParams: "all", FormParams: copies ? [] : "all" },
    payload: known.includes("Payload"),
    properties: copies ? textProperties : [],
  };
}

function namesList(action: XmlElement): boolean {
  return valueLists.some((list) => action.child(list) !== undefined);
}

/** An empty list means all of it; an entry whose text is `false` is left alone. */
function readSelection(action: XmlElement, list: ValueList, report: Report): Selection {
  const element = action.child(list);
  if (element === undefined) return [];
  const entries = element.children(list.slice(0, -1));
  if (entries.length === 0) return "all";
  return entries.flatMap((entry) => {
    const name = readName(entry, report);
    const isLeftAlone = entry.text().toLowerCase() === "false";
    return name === null || isLeftAlone ? [] : readIndexed(name, entry, report);
  });
}

/** `NAME.N` is the N-th value of NAME. */
function readIndexed(name: string, at: XmlElement, report: Report): { name: string; index: number | null }[] {
  const dot = name.lastIndexOf(".");
  const digits = name.slice(dot + 1);
  if (dot < 1 || !/^-?\d+$/.test(digits)) return [{ name, index: null }];
  const index = Number(digits);
  if (index > 0) return [{ name: name.slice(0, dot), index }];
  report.error("InvalidIndex", at, `index must be greater than zero in ${name}`, "Count values from 1.");
  return [];
}
