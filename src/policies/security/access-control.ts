import ipaddr from "ipaddr.js";
import { readTemplate } from "../../connections/read-template.ts";
import type { XmlElement } from "../../documents/element.ts";
import { readOneOf } from "../../documents/read.ts";
import type { Report } from "../../documents/report.ts";
import { textOf } from "../../expression/value.ts";
import type { FlowContext } from "../../flow/context.ts";
import { type Fault, faultType } from "../../flow/fault.ts";
import { definePolicy, type PolicyContext } from "../policy-type.ts";

const faults = {
  denied: faultType(
    "steps.accesscontrol.IPDeniedAccess",
    403,
    (ip: string) => `Access Denied for client ip : ${ip}`,
  ),
  invalidInVariable: faultType(
    "steps.accesscontrol.InvalidIPAddressInVariable",
    500,
    (variable: string) => `Invalid IP address in variable ${variable}`,
  ),
  invalidRule: faultType(
    "steps.accesscontrol.InvalidRulePattern",
    500,
    (policy: string) => `Invalid rule pattern in ${policy}`,
  ),
};

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Action = "ALLOW" | "DENY";

/** Addresses that share their first bits. Both parts are templates. */
interface Source {
  readonly address: string;
  readonly mask: string;
}

interface Rule {
  readonly action: Action;
  readonly sources: readonly Source[];
}

const bases = ["X_FORWARDED_FOR_ALL_IP", "X_FORWARDED_FOR_FIRST_IP", "X_FORWARDED_FOR_LAST_IP"] as const;

/** How many addresses of X-Forwarded-For count: the last ones. */
const MOST_FORWARDED = 100;

/**
 * Lets requests pass by the address of the client. Of X-Forwarded-For anybody may have written all but what the
 * platform has added; so the client's address as the platform knows it always counts, and others only with it.
 * Apigee: "AccessControl policy".
 */
export const accessControl = definePolicy({
  element: "AccessControl",
  variablePrefix: "acl",
  faults,

  /** Problems: InvalidAction, MissingSourceAddress, InvalidIPAddress, InvalidMask, InvalidTemplate; the warning ForgeableAddress. */
  read(xml, report) {
    // The header True-Client-IP is never read.
    xml.ignore("IgnoreTrueClientIPHeader");
    const rules = xml.child("IPRules");
    return {
      fallback: rules ? readAction(rules, "noRuleMatchAction", report) : ("ALLOW" as const),
      rules: (rules?.children("MatchRule") ?? []).map((rule) => readRule(rule, report)),
      basedOn: readOneOf(xml.child("ValidateBasedOn"), bases, "X_FORWARDED_FOR_ALL_IP", report),
      variable: readVariable(xml.child("ClientIPVariable"), report),
    };
  },

  build({ fallback, rules, basedOn, variable: name }, context) {
    const decide = compileRules(rules, fallback, context);
    const addresses =
      name === null ? addressesOfClient(basedOn === "X_FORWARDED_FOR_ALL_IP") : addressIn(name, context);
    return function controlAccess(flow) {
      flow.variables.set("acl.failed", true);
      for (const { address, written } of addresses(flow)) {
        if (decide(flow, address) === "DENY") throw faults.denied(written);
      }
      flow.variables.set("acl.failed", false);
    };
  },
});

interface Client {
  /** Null when it is no address. */
  readonly address: Address | null;
  readonly written: string;
}

/** The client's address as the platform knows it, after those that came with the request where all count. */
function addressesOfClient(all: boolean): (flow: FlowContext) => readonly Client[] {
  return ({ exchange, request }) => {
    const { ip } = exchange.client;
    const known = { address: parseAddress(withoutPort(ip)), written: ip };
    const forwarded = all ? (request.headers.get("x-forwarded-for") ?? "") : "";
    if (forwarded === "") return [known];
    const before = forwarded
      .split(",")
      .slice(-MOST_FORWARDED)
      .map((written) => ({ written: written.trim(), address: parseAddress(withoutPort(written.trim())) }))
      .filter(({ address }) => address !== null);
    return [...before, known];
  };
}

function addressIn(name: string, { variable }: PolicyContext): (flow: FlowContext) => readonly Client[] {
  const { get } = variable(name);
  return (flow) => {
    const written = textOf(get(flow)).trim();
    const address = parseAddress(written);
    if (address === null) throw faults.invalidInVariable(name);
    return [{ address, written }];
  };
}

/** Compiles the first rule that matches an address. */
function compileRules(
  rules: readonly Rule[],
  fallback: Action,
  context: PolicyContext,
): (flow: FlowContext, address: Address | null) => Action {
  const compiled = rules.map(({ action, sources }) => ({
    action,
    sources: sources.map((source) => compileSource(source, context)),
  }));
  return (flow, address) => {
    // Who that is is not known: it could be one that is not to pass.
    if (address === null && compiled.length > 0) return "DENY";
    for (const { action, sources } of compiled) {
      if (sources.some((matches) => matches(flow, address))) return action;
    }
    return fallback;
  };
}

function compileSource(
  { address, mask }: Source,
  context: PolicyContext,
): (flow: FlowContext, address: Address | null) => boolean {
  const fail = (): Fault => faults.invalidRule(context.policy);
  if (!isTemplate(address) && !isTemplate(mask)) {
    const block = blockOf(address, mask, fail);
    return (_flow, candidate) => isIn(block, candidate);
  }
  const addressText = context.template(address);
  const maskText = context.template(mask);
  return (flow, candidate) => isIn(blockOf(addressText(flow), maskText(flow), fail), candidate);
}

type Block = readonly [first: Address, bits: number];

function blockOf(address: string, mask: string, fail: () => Error): Block {
  const first = parseAddress(address.trim());
  const bits = first && parseMask(mask, first);
  if (first === null || bits === null) throw fail();
  return [first, bits];
}

function isIn([first, bits]: Block, address: Address | null): boolean {
  return address !== null && address.kind() === first.kind() && address.match(first, bits);
}

/** An IPv4 address in IPv6 form is that IPv4 address. Other spellings than four decimal parts are none. */
function parseAddress(text: string): Address | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (!text.includes(":") || !ipaddr.IPv6.isValid(text)) return null;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/** Some proxies write the port behind the address, and then brackets around one of IPv6. */
function withoutPort(text: string): string {
  return text.replace(/^\[([^\]]*)\](?::\d+)?$/, "$1").replace(/^([\d.]+):\d+$/, "$1");
}

/** The whole address without a mask. */
function parseMask(text: string, address: Address): number | null {
  const longest = address.kind() === "ipv4" ? 32 : 128;
  if (text.trim() === "") return longest;
  const bits = /^\d{1,3}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return bits <= longest ? bits : null;
}

function isTemplate(text: string): boolean {
  return text.includes("{");
}

/** An action is read as nothing but what it says: a word that is none could open the API. */
function readAction(xml: XmlElement, attribute: string, report: Report): Action {
  const word = xml.attribute(attribute)?.trim().toUpperCase() ?? "ALLOW";
  if (word === "ALLOW" || word === "DENY") return word;
  const message = `The attribute ${attribute} of <${xml.name}> is ${JSON.stringify(word)}.`;
  report.error("InvalidAction", xml, message, "Write ALLOW or DENY.");
  return "DENY";
}

function readRule(rule: XmlElement, report: Report): Rule {
  const sources = rule.children("SourceAddress").map((source) => readSource(source, report));
  if (sources.length === 0) {
    const message = "<MatchRule> has no <SourceAddress>, and so it is a rule for nobody.";
    report.error("MissingSourceAddress", rule, message, "Add a <SourceAddress>, or take the rule out.");
  }
  return { action: readAction(rule, "action", report), sources };
}

function readVariable(element: XmlElement | undefined, report: Report): string | null {
  const name = element?.text() || null;
  if (element && name && /^(?:request|message)\.(?:header|queryparam|formparam)\./i.test(name)) {
    report.warning(
      "ForgeableAddress",
      element,
      `Clients write ${name} as they like, and so they choose which rule is for them.`,
      "Use it only where something in front of the gateway replaces it; the address that is known is client.ip.",
    );
  }
  return name;
}

function readSource(element: XmlElement, report: Report): Source {
  const address = readTemplate(element.text(), element, report);
  const mask = readTemplate(element.attribute("mask") ?? "", element, report);
  const parsed = parseAddress(address);
  if (!isTemplate(address) && parsed === null) {
    const message = `${JSON.stringify(address)} is no IP address.`;
    report.error(
      "InvalidIPAddress",
      element,
      message,
      "Write an IPv4 or IPv6 address; mask says how many bits count.",
    );
  } else if (!isTemplate(mask) && parsed !== null && parseMask(mask, parsed) === null) {
    const message = `The mask ${JSON.stringify(mask)} is no number of bits of ${address}.`;
    report.error("InvalidMask", element, message, "Write 0 to 32 for IPv4, and 0 to 128 for IPv6.");
  }
  return { address, mask };
}
