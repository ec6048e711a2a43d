import type { XmlElement } from "../../../documents/element.ts";
import { readBoolean, readInteger } from "../../../documents/read.ts";
import { type Position, positionOf, Report } from "../../../documents/report.ts";
import type { CountRule } from "../../../stores/counters/count.ts";
import type { Telling } from "../../../stores/counters/counters.ts";
import { nothing, readSaid, type Said } from "../../parts/said.ts";
import { readWeight } from "../limits/weight.ts";
import { type QuotaType, quotaTypes, readInterval, readStartTime, readUnit } from "./interval.ts";

/** How much is allowed in which time. */
export interface Limit {
  readonly allow: Said;
  readonly interval: Said;
  readonly unit: Said;
}

/** Whose count may be another one. */
export interface QuotaClasses {
  /** The variable that holds the class. */
  readonly ref: string;
  readonly allow: ReadonlyMap<string, Said>;
}

/**
 * Who counts together.
 *
 * - `here`: each isolate by itself.
 * - `later`: all isolates, which tell each other from time to time.
 * - `together`: all isolates at once.
 */
export type Place =
  | { readonly kind: "here" | "together" }
  | { readonly kind: "later"; readonly telling: Telling };

/** A Quota as its file says it. */
export interface QuotaConfig {
  readonly type: QuotaType;
  /** When the first calendar interval begins. Epoch milliseconds. */
  readonly start: number | null;
  readonly limit: Limit;
  readonly classes: QuotaClasses | null;
  /** The step whose API product says the limit, empty for any; null when the policy itself does. */
  readonly product: string | null;
  readonly identifier: Said;
  readonly weight: Said;
  /** Empty when no other policy counts with it. */
  readonly sharedName: string;
  readonly sharedNameAt: Position;
  readonly mode: CountRule["mode"];
  readonly place: Place;
}

const DEFAULT_SYNC_S = 10;

/** Problems: those that the page of Quota lists. */
export function readQuota(xml: XmlElement, report: Report): QuotaConfig {
  const policy = xml.attribute("name") ?? "";
  const type = readType(xml, report);
  const product = xml.child("UseQuotaConfigInAPIProduct");
  const isProduct = product !== undefined && product.text().toLowerCase() !== "false";
  const isDistributed = readBoolean(xml.child("Distributed"), false, report, "error");
  const ofProduct = isProduct ? product.child("DefaultConfig") : undefined;
  const defaults = (ofProduct?.child("Allow") ?? ofProduct?.child("Interval")) ? ofProduct : xml;
  if (isProduct) warnOfOwnLimit(xml, report);
  else warnOfNoCount(xml, report);
  // What Apigee had before it counted exactly, and what its editors leave behind.
  xml.ignore("PreciseAtSecondsLevel");
  refuseToFailOpen(xml, report);
  return {
    type,
    start: readStart(xml, type, report),
    limit: readLimit(defaults, { policy, isDistributed, isOptional: isProduct, at: xml }, report),
    classes: readClasses(xml.child("Allow"), report),
    product: isProduct ? (product.attribute("stepName")?.trim() ?? "") : null,
    identifier: readSaid(xml.child("Identifier")),
    weight: readWeight(xml, report),
    sharedName: xml.child("SharedName")?.text() ?? "",
    sharedNameAt: positionOf(xml.child("SharedName") ?? xml),
    mode: readMode(xml, report),
    place: readPlace(xml, isDistributed, report),
  };
}

function readType(xml: XmlElement, report: Report): QuotaType {
  const text = xml.attribute("type")?.trim() ?? "";
  const type = quotaTypes.find((each) => each === text);
  if (text === "") return "default";
  if (type !== undefined && type !== "default") return type;
  report.error(
    "InvalidQuotaType",
    xml,
    `No enum constant com.apigee.quota.types.QuotaType.${text}.`,
    "Write calendar, flexi or rollingwindow, or leave the attribute out.",
  );
  return "default";
}

function readStart(xml: XmlElement, type: QuotaType, report: Report): number | null {
  const element = xml.child("StartTime");
  const text = element?.text() ?? "";
  if (element === undefined || text === "") {
    if (type === "calendar") {
      report.warning(
        "StartTimeMissing",
        element ?? xml,
        "A quota of the type calendar has no <StartTime>: its intervals begin as without a type, with the minute, the hour, the day, the week or the month.",
        "Add <StartTime>, such as 2026-01-01 00:00:00, or take the type out.",
      );
    }
    return null;
  }
  if (type !== "calendar") {
    report.error(
      "StartTimeNotSupported",
      element,
      `Starttime is not supported for quotatype ${type}. Starttime is supported only for calendar based type.`,
      'Take it out, or write type="calendar".',
    );
    return null;
  }
  const start = readStartTime(text);
  if (start === null) {
    report.error(
      "InvalidStartTime",
      element,
      `Invalid Starttime:${text}; Start Time should be of the format yyyy-MM-dd HH:mm:ss.`,
      "Write such as 2026-01-31 12:00:00, in UTC.",
    );
  }
  return start;
}

interface LimitPlace {
  readonly policy: string;
  readonly isDistributed: boolean;
  /** Whether an API product says it. */
  readonly isOptional: boolean;
  readonly at: XmlElement;
}

function readLimit(
  xml: XmlElement | undefined,
  { policy, isDistributed, isOptional, at }: LimitPlace,
  report: Report,
): Limit {
  const [interval, unit] = [xml?.child("Interval"), xml?.child("TimeUnit")];
  const limit = {
    allow: readCheckedAllow(xml?.child("Allow"), report),
    interval: readSaid(interval),
    unit: readSaid(unit),
  };
  const { text: every } = limit.interval;
  if (every === "" ? limit.interval.ref === null && !isOptional : readInterval(every) === null) {
    report.error(
      "InvalidQuotaInterval",
      interval ?? at,
      `Invalid quota interval ${every} in quota policy ${policy}.`,
      "Write a whole number of at least 1 into <Interval>, or the name of a variable into its ref.",
    );
  }
  const { text: word } = limit.unit;
  if (word === "" ? limit.unit.ref === null && !isOptional : readUnit(word) === null) {
    report.error(
      "InvalidQuotaTimeUnit",
      unit ?? at,
      `Invalid quota interval time unit ${word} in quota policy ${policy}.`,
      "Write minute, hour, day, week or month into <TimeUnit>, or the name of a variable into its ref.",
    );
  }
  if (isDistributed && readUnit(word) === "second") {
    report.error(
      "InvalidTimeUnitForDistributedQuota",
      unit ?? at,
      "Invalid timeunit second for distributed quota.",
      "Write minute or longer, or use a SpikeArrest for seconds.",
    );
  }
  return limit;
}

function readAllow(element: XmlElement | undefined): Said {
  if (element === undefined) return nothing;
  const text = element.attribute("count")?.trim() || element.text();
  return { text, ref: element.attribute("countRef")?.trim() || null };
}

/** Reports InvalidCount. */
function readCheckedAllow(element: XmlElement | undefined, report: Report): Said {
  const said = readAllow(element);
  const { text } = said;
  if (element && text !== "" && !/^\d+$/.test(text)) {
    report.error(
      "InvalidCount",
      element,
      `The count is "${text}", which is no whole number.`,
      'Write <Allow count="100"/>, or the name of a variable into countRef.',
    );
  }
  return said;
}

function readClasses(allow: XmlElement | undefined, report: Report): QuotaClasses | null {
  const element = allow?.child("Class");
  const ref = element?.attribute("ref")?.trim() ?? "";
  if (element === undefined) return null;
  if (ref === "") {
    report.error(
      "ClassRequired",
      element,
      "<Class> does not say which variable holds the class.",
      'Write <Class ref="…">.',
    );
  }
  const counts = element
    .children("Allow")
    .map((each) => [each.attribute("class")?.trim() ?? "", readCheckedAllow(each, report)] as const);
  return { ref, allow: new Map(counts) };
}

function warnOfNoCount(xml: XmlElement, report: Report): void {
  const allow = xml.child("Allow");
  const { text, ref } = readAllow(allow);
  if (text !== "" || readBoolean(xml.child("CountOnly"), false, new Report())) return;
  report.warning(
    "NoDefaultCount",
    allow ?? xml,
    ref === null
      ? "The policy does not say how much is allowed: nothing is."
      : `Nothing is allowed where the variable ${ref} is not set.`,
    'Write count="…" into <Allow>.',
  );
}

function warnOfOwnLimit(xml: XmlElement, report: Report): void {
  const own = ["Allow", "Interval", "TimeUnit"].flatMap((name) => xml.child(name) ?? []);
  const [first] = own;
  if (first === undefined) return;
  for (const element of own) {
    for (const attribute of ["ref", "count", "countRef"]) element.attribute(attribute);
  }
  report.warning(
    "LimitBesideProduct",
    first,
    "<Allow>, <Interval> and <TimeUnit> of the policy count only where neither the API product nor <DefaultConfig> says a limit.",
    "Move them into the <DefaultConfig> of <UseQuotaConfigInAPIProduct>, or take them out.",
  );
}

function refuseToFailOpen(xml: XmlElement, report: Report): void {
  const element = xml.child("DataStoreFailureModeOpen");
  if (!readBoolean(element, false, report) || element === undefined) return;
  report.warning(
    "FailsClosed",
    element,
    "<DataStoreFailureModeOpen> has no effect: where the counter cannot be reached, nothing passes.",
    "Take it out, or let the flow go on with continueOnError.",
  );
}

function readMode(xml: XmlElement, report: Report): CountRule["mode"] {
  const [counts, enforces] = [xml.child("CountOnly"), xml.child("EnforceOnly")];
  const countsOnly = readBoolean(counts, false, report, "error");
  const enforcesOnly = readBoolean(enforces, false, report, "error");
  if (enforces && countsOnly && enforcesOnly) {
    report.error(
      "CountOnlyAndEnforceOnly",
      enforces,
      "The policy is only to count and only to enforce: it would do neither.",
      "Keep one of the two; another policy with the same <SharedName> does the other.",
    );
  }
  const only = countsOnly ? counts : enforces;
  if (only && (countsOnly || enforcesOnly) && !xml.child("SharedName")?.text()) {
    report.warning(
      "SharedNameMissing",
      only,
      `No other policy counts with this one, which ${countsOnly ? "refuses" : "counts"} nothing.`,
      "Write the same <SharedName> into both.",
    );
  }
  if (countsOnly) return "count";
  return enforcesOnly ? "enforce" : "limit";
}

/** Reports CountedPerIsolate and what is wrong with AsynchronousConfiguration. */
function readPlace(xml: XmlElement, isDistributed: boolean, report: Report): Place {
  const isSynchronous = readBoolean(xml.child("Synchronous"), false, report, "error");
  const later = xml.child("AsynchronousConfiguration");
  if (isSynchronous && later) {
    report.error(
      "InvalidAsynchronizeConfigurationForSynchronousQuota",
      later,
      "AsynchronousConfiguration is not valid for synchronous quota.",
      "Take it out, or write <Synchronous>false</Synchronous>.",
    );
  }
  const telling = readTelling(later, report);
  if (!isDistributed) {
    report.warning(
      "CountedPerIsolate",
      xml.child("Distributed") ?? xml,
      "Each isolate counts what it serves by itself, as a message processor of Apigee does; Cloudflare runs many isolates, so all together let more pass.",
      "Write <Distributed>true</Distributed> and <Synchronous>true</Synchronous> to count all messages together.",
    );
    return { kind: "here" };
  }
  return isSynchronous ? { kind: "together" } : { kind: "later", telling };
}

function readTelling(xml: XmlElement | undefined, report: Report): Telling {
  const interval = xml?.child("SyncIntervalInSeconds");
  if (interval && interval.text() !== "" && !(Number(interval.text()) > 0)) {
    report.error(
      "InvalidSynchronizeIntervalForAsyncConfiguration",
      interval,
      "SyncIntervalInSeconds should be a value greater than zero.",
      `Write a number of seconds, such as ${DEFAULT_SYNC_S}.`,
    );
  }
  return {
    everyMs: readInteger(interval, DEFAULT_SYNC_S, report) * 1000,
    messages: readInteger(xml?.child("SyncMessageCount"), Number.POSITIVE_INFINITY, report, { minimum: 1 }),
  };
}
