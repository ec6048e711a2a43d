import type { XmlElement } from "../documents/element.ts";
import { didYouMean } from "../documents/nearest.ts";
import type { Report } from "../documents/report.ts";

/** The flows whose steps stand in a Request and a Response. */
const FLOWS: ReadonlySet<string> = new Set(["PreFlow", "Flow", "PostFlow", "PostClientFlow"]);

/** What holds other elements and no text of its own. */
const CONTAINERS: ReadonlySet<string> = new Set([
  ...FLOWS,
  ...["ProxyEndpoint", "TargetEndpoint", "SharedFlow", "Flows", "Request", "Response"],
  ...["FaultRules", "FaultRule", "DefaultFaultRule"],
]);

/** How many steps are named. */
const MOST_NAMED = 3;

/** How much of a text is quoted. */
const MOST_QUOTED = 40;

/**
 * Reports what nobody reads of an endpoint or shared flow (see {@link XmlElement.reportUnknown}). Steps in it never
 * run, and one of them may be what protects the API, so they are an error: StepNeverRuns. Warns of text between elements
 * (StrayText): it may be a placeholder, which a build was to fill in with steps.
 */
export function reportUnknownIn(element: XmlElement, report: Report): void {
  const refuses = (child: XmlElement, parent: XmlElement, known: readonly string[]) => {
    const isStep = child.name === "Step";
    const steps = isStep ? [child] : child.descendants("Step");
    if (steps.length === 0) return false;
    report.error(
      "StepNeverRuns",
      child,
      isStep
        ? `${titleOf(steps)} never runs: no step is read that stands in <${parent.name}> itself.`
        : `${titleOf(steps)} never ${steps.length > 1 ? "run" : "runs"}: ${reasonFor(child, parent, known)}.`,
      isStep ? `Move it into ${placeIn(parent)}.` : remedyFor(child, parent, known),
    );
    return true;
  };
  element.reportUnknown(report, { refuses });
  reportStrayText(element, report);
}

function reportStrayText(element: XmlElement, report: Report): void {
  if (!CONTAINERS.has(element.name)) return;
  const text = element.text().replace(/\s+/g, " ");
  if (text !== "") {
    const quoted = text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}…` : text;
    report.warning(
      "StrayText",
      element,
      `<${element.name}> holds the text ${JSON.stringify(quoted)}, which is no element and has no effect.`,
      "If a build fills it in, as a placeholder for steps, check what the build makes; otherwise take it out.",
    );
  }
  for (const child of element.elements()) reportStrayText(child, report);
}

/** The policies that any steps below name, whether they are read or not. */
export function namedInSteps(elements: Iterable<XmlElement>): string[] {
  return [...elements].flatMap((element) => element.descendants("Step").map(policyOf));
}

function policyOf(step: XmlElement): string {
  return step.child("Name")?.text() || step.text();
}

function titleOf(steps: readonly XmlElement[]): string {
  const names = steps.map((step) => `"${policyOf(step)}"`);
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  return `The step${names.length > 1 ? "s" : ""} ${names.slice(0, MOST_NAMED).join(", ")}${more}`;
}

/** Where steps are read that stand, or should stand, in an element. */
function placeIn({ name }: XmlElement): string {
  if (FLOWS.has(name)) return `<Request> or <Response> of <${name}>`;
  if (name === "FaultRules") return "a <FaultRule>";
  return name === "SharedFlow"
    ? "<SharedFlow> itself"
    : "<Request> or <Response> of <PreFlow>, <Flow> or <PostFlow>";
}

/** Why an element is not read: its name is not known there, or another one of the name comes after it. */
function reasonFor({ name }: XmlElement, parent: XmlElement, known: readonly string[]): string {
  return known.includes(name)
    ? `<${parent.name}> has more than one <${name}>, and only the last is read`
    : `<${name}> is not known inside <${parent.name}>`;
}

function remedyFor(child: XmlElement, parent: XmlElement, known: readonly string[]): string {
  if (known.includes(child.name)) return `Move what all of them hold into one <${child.name}>.`;
  if (child.name === "Flow" && known.includes("Flows")) return "Put it into <Flows>.";
  return didYouMean(child.name, known, `move its steps into ${placeIn(parent)}.`, (name) => `<${name}>`);
}
