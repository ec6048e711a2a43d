import type { FlowContext } from "../../../flow/context.ts";
import { ScriptError, ScriptTimeout } from "../../../scripts/error.ts";
import { TICKS_PER_MS } from "../../../scripts/execution.ts";
import { definePolicy } from "../../policy-type.ts";
import { faults, textOf } from "./faults.ts";
import { parsedFiles, waysOf } from "./files.ts";
import { hostFor, sessionOf } from "./host.ts";
import { readJavascript } from "./read.ts";
import { usesOf } from "./uses.ts";
import { toScript } from "./values.ts";

/** What `context.flow` says. */
const flowNames = {
  proxy: { request: "PROXY_REQ_FLOW", response: "PROXY_RESP_FLOW" },
  target: { request: "TARGET_REQ_FLOW", response: "TARGET_RESP_FLOW" },
} as const;

/**
 * Runs a script of the bundle in a sandbox, in which each execution begins in a clean world.
 * Apigee: "JavaScript policy", "JavaScript object model".
 *
 * Faults: `steps.javascript.ScriptExecutionFailed` (500).
 */
export const javascript = definePolicy({
  element: "Javascript",
  variablePrefix: "javascript",
  needs: ["egress", "printer", "resources", "scripts"],
  faults,

  read: readJavascript,

  refersTo: ({ included, main }) => ({
    resources: [...included, main].flatMap((text) => (text && "resource" in text ? [text.resource] : [])),
  }),

  check(config, { resources }, report) {
    parsedFiles(config, resources, report);
  },

  build(config, context) {
    const { policy, scripts, egress, origin, printer } = context;
    const { files, ways } = waysOf(config);
    const uses = usesOf(files);
    if (uses.anything) context.readsContentOf("*");
    const variables = new Map([...uses.variables].map((name) => [name, context.variable(name)]));
    // Bodies are handed over when the script asks: they may be large.
    const given = [...variables.values()].filter(({ contentOf }) => contentOf === null);
    const properties = [...config.properties].map(([name, text]) => [name, context.template(text)] as const);
    const script = { ways, waits: uses.calls };
    const ticks = config.timeLimitMs * TICKS_PER_MS;
    const print = (flow: FlowContext, text: string) => printer.print(policy, flow, text);
    const host = { variables, egress, origin, print };

    const inputFor = (flow: FlowContext) =>
      JSON.stringify({
        seed: [...crypto.getRandomValues(new Int32Array(4))],
        variables: Object.fromEntries(given.map(({ name, get }) => [name, toScript(name, get(flow))])),
        properties: Object.fromEntries(properties.map(([name, template]) => [name, template(flow)])),
        flow: flowNames[flow.part][flow.direction],
        session: sessionOf(flow).kept,
      });

    const faultOf = (error: unknown) => {
      if (error instanceof ScriptTimeout) return faults.tooLong(policy, config.timeLimitMs).causedBy(error);
      return error instanceof ScriptError ? faults.failed(policy, textOf(error)).causedBy(error) : error;
    };

    return function runScript(flow) {
      try {
        const pending = scripts.execute(script, { ticks, input: inputFor(flow), host: hostFor(flow, host) });
        return pending?.catch((error) => {
          throw faultOf(error);
        });
      } catch (error) {
        throw faultOf(error);
      }
    };
  },
});
