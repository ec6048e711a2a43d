import type { XmlElement } from "../documents/element.ts";
import { readBoolean } from "../documents/read.ts";
import { positionOf, type Report } from "../documents/report.ts";
import type { Condition, DefaultFaultRule, FaultRule, Flow, Step } from "./model.ts";

/** The one `<PreFlow>` or `<PostFlow>` of an endpoint; empty when it is not there. It always runs. */
export function readUnconditionalFlow(
  endpoint: XmlElement,
  tag: "PreFlow" | "PostFlow",
  report: Report,
): Flow {
  const element = endpoint.child(tag);
  if (element === undefined) {
    return { name: tag, description: "", condition: null, request: [], response: [] };
  }
  const flow = readFlow(element, tag, report);
  if (flow.condition !== null) {
    report.warning(
      "ConditionNotUsed",
      flow.condition.at,
      `<${tag}> always runs; its condition has no effect.`,
      "Put the condition on its steps, or move the steps into a conditional <Flow>.",
    );
  }
  return { ...flow, condition: null };
}

/** The conditional flows of an endpoint, in the order in which their conditions are tried. */
export function readConditionalFlows(endpoint: XmlElement, report: Report): Flow[] {
  const flows = endpoint.child("Flows")?.children("Flow") ?? [];
  return flows.map((flow) => readFlow(flow, "", report));
}

/** The steps that run after the client has its answer. Apigee: "PostClientFlow", Response part only. */
export function readPostClientFlow(endpoint: XmlElement, report: Report): readonly Step[] {
  const element = endpoint.child("PostClientFlow");
  if (element === undefined) return [];
  const flow = readFlow(element, "PostClientFlow", report);
  for (const step of flow.request) {
    report.warning(
      "StepNeverRuns",
      step.at,
      `The step "${step.policy}" is in the Request part of <PostClientFlow>, which never runs.`,
      "Move it to the Response part.",
    );
  }
  return flow.response;
}

/** An endpoint's FaultRules, in document order. */
export function readFaultRules(endpoint: XmlElement, report: Report): FaultRule[] {
  const rules = endpoint.child("FaultRules")?.children("FaultRule") ?? [];
  return rules.map((rule) => readFaultRule(rule, report));
}

/** An endpoint's DefaultFaultRule. */
export function readDefaultFaultRule(endpoint: XmlElement, report: Report): DefaultFaultRule | null {
  const rule = endpoint.child("DefaultFaultRule");
  if (rule === undefined) return null;
  const alwaysEnforce = readBoolean(rule.child("AlwaysEnforce"), false, report);
  return { ...readFaultRule(rule, report), alwaysEnforce };
}

/** The `<Step>` children of an element, in document order. */
export function readSteps(parent: XmlElement | undefined, report: Report): Step[] {
  const steps = parent?.children("Step") ?? [];
  return steps.map((step) => readStep(step, report)).filter((step) => step !== null);
}

/** An element's `<Condition>`; an empty one counts as absent. */
export function readCondition(parent: XmlElement): Condition | null {
  const condition = parent.child("Condition");
  const text = condition?.text() ?? "";
  return condition === undefined || text === "" ? null : { text, at: positionOf(condition) };
}

function readFlow(element: XmlElement, defaultName: string, report: Report): Flow {
  return {
    name: element.attribute("name") ?? defaultName,
    description: element.child("Description")?.text() ?? "",
    condition: readCondition(element),
    request: readSteps(element.child("Request"), report),
    response: readSteps(element.child("Response"), report),
  };
}

function readFaultRule(rule: XmlElement, report: Report): FaultRule {
  rule.ignore("Description");
  return {
    name: rule.attribute("name") ?? "",
    condition: readCondition(rule),
    steps: readSteps(rule, report),
    at: positionOf(rule),
  };
}

function readStep(step: XmlElement, report: Report): Step | null {
  step.ignore("FaultRules", "Description");
  const condition = readCondition(step);
  const name = step.child("Name");
  const policy = name?.text() || step.text();
  if (policy === "") {
    report.error(
      "StepNameMissing",
      step,
      "The step does not name a policy.",
      "Write <Name> with a policy's name into it, or remove the step.",
    );
    return null;
  }
  if (name === undefined) {
    report.warning(
      "BareStep",
      step,
      `The step names its policy "${policy}" without a <Name> element.`,
      `Write <Step><Name>${policy}</Name></Step>.`,
    );
  }
  return { policy, condition, at: positionOf(step) };
}
