import type { XmlElement } from "../../documents/element.ts";
import type { Report } from "../../documents/report.ts";
import type { Collected } from "../../egress/analytics/record.ts";
import { textOf, type Value } from "../../expression/value.ts";
import { builtInVariable } from "../../flow/built-in-variables.ts";
import { cast } from "../messages/extract-variables/cast.ts";
import { collectable, collectionOf, cutValue, MOST_VALUES } from "../parts/collected.ts";
import { readName } from "../parts/message-edits/read-name.ts";
import { refOf } from "../parts/text-or-ref.ts";
import { definePolicy } from "../policy-type.ts";

const types = ["string", "integer", "float", "long", "double", "boolean"] as const;

type Type = (typeof types)[number];

interface Statistic {
  readonly name: string;
  /** Null without a variable: then there is the default alone. */
  readonly ref: string | null;
  /** Null when the variable says it. */
  readonly type: Type | null;
  readonly fallback: Collected;
}

/** Names that mean something else in reports. Apigee: "Statistics Collector policy deployment error troubleshooting". */
const systemNames: ReadonlySet<string> = new Set(["organization", "environment"]);

/**
 * Collects values of variables for analytics: what the last such policy of an exchange has collected is recorded when
 * its flows are over. It never fails. Apigee: "Statistics Collector policy".
 */
export const statisticsCollector = definePolicy({
  element: "StatisticsCollector",
  variablePrefix: "statisticscollector",
  needs: ["analytics"],

  /** Problems: UnsupportedDatatype, InvalidName, TooManyStatistics, and the warnings DatatypeMissing, MissingName, MissingRef, InvalidDefault, NothingToCollect. */
  read(xml, report) {
    const elements = xml.child("Statistics")?.children("Statistic") ?? [];
    if (elements.length === 0) {
      const message = "The policy collects nothing.";
      report.warning(
        "NothingToCollect",
        xml,
        message,
        "Add <Statistics> with a <Statistic>, or remove the policy.",
      );
    }
    const extra = elements[MOST_VALUES];
    if (extra !== undefined) {
      const message = `There are ${elements.length} statistics, and ${MOST_VALUES} can be collected.`;
      report.error("TooManyStatistics", extra, message, "Take out those that nobody looks at.");
    }
    return { statistics: elements.flatMap((element) => readStatistic(element, report) ?? []) };
  },

  build({ statistics }, { variable, analytics }) {
    const compiled = statistics.map(({ name, ref, type, fallback }) => {
      const get = ref === null ? () => null : variable(ref).get;
      return { name, get, type, fallback: cutValue(fallback) };
    });
    return function collectStatistics(flow) {
      const collected = new Map<string, Collected>();
      for (const { name, get, type, fallback } of compiled) {
        const value = get(flow);
        const found = value === null ? fallback : cutValue(valueAs(value, type));
        if (found !== null) collected.set(name, found);
      }
      collectionOf(flow, analytics).statistics = collected;
    };
  },
});

function readStatistic(element: XmlElement, report: Report): Statistic | null {
  const name = readName(element, report);
  const ref = refOf(element);
  const type = readType(element, ref, report);
  const text = element.text();
  if (name !== null && systemNames.has(name)) {
    const message = `StatisticsCollection: Name: ${name} conflicts with system defined variables.`;
    report.error("InvalidName", element, message, "Give the statistic another name.");
  }
  if (ref === null) {
    const message = "<Statistic> names no variable; its default alone is collected.";
    report.warning("MissingRef", element, message, 'Write ref="…" with a variable.');
  }
  const fallback = text === "" ? null : valueAs(text, type);
  if (text !== "" && fallback === null) {
    const message = `The default "${text}" is no ${type}, and is not collected.`;
    report.warning("InvalidDefault", element, message, "Write a default of that type.");
  }
  return name === null ? null : { name, ref, type, fallback };
}

function readType(element: XmlElement, ref: string | null, report: Report): Type | null {
  const name = element.attribute("name") ?? "";
  const text = element.attribute("type")?.trim() ?? "";
  const type = types.find((known) => known === text.toLowerCase());
  if (type !== undefined) return type;
  if (text !== "") {
    const message = `StatisticsCollection ${name}: Datatype ${text} is unsupported.`;
    report.error("UnsupportedDatatype", element, message, `Write one of ${types.join(", ")}.`);
  } else if (ref !== null && !isPredefined(ref)) {
    const message = `StatisticsCollection ${name}: Datatype of ${ref} is missing; it is that of its value.`;
    report.warning("DatatypeMissing", element, message, `Write type="…" with one of ${types.join(", ")}.`);
  }
  return null;
}

/** A variable of Apigee's own says its type. */
function isPredefined(ref: string): boolean {
  return builtInVariable(ref) !== null || /^(?:request|response|message|error)\./.test(ref);
}

/** What is collected of a value; null when it cannot be of the type. */
function valueAs(value: Exclude<Value, null>, type: Type | null): Collected {
  if (type === null) return collectable(value);
  if (type === "string") return textOf(value).toWellFormed();
  const given = collectable(value);
  const found = cast(given, type);
  return found === null ? null : collectable(found);
}
