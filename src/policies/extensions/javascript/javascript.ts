import type { FlowContext } from "../../../flow/context.ts";
import { ScriptError, ScriptTimeout } from "../../../scripts/error.ts";
import { type Execution, type ScriptRunner, WORK_PER_MS } from "../../../scripts/execution.ts";
import type { Script } from "../../../scripts/script.ts";
import { definePolicy } from "../../policy-type.ts";
import { faults, textOf } from "./faults.ts";
import { readFiles, waysOf } from "./files.ts";
import { hostFor } from "./host.ts";
import { readJavascript } from "./read.ts";
import { Diverged, RecordedHost } from "./recorded-host.ts";
import { isUnnamed, NamedCalls, withPropertyNamed } from "./unnamed.ts";
import { toScript } from "./values.ts";

/** The error of an execution that is repeated without effects; null when it goes another way. */
async function repeat(
  scripts: ScriptRunner,
  script: Script,
  execution: Execution,
): Promise<ScriptError | null> {
  try {
    await scripts.execute(script, execution);
    return null;
  } catch (error) {
    if (error instanceof ScriptError && !isUnnamed(error)) return error;
    if (error instanceof ScriptError || error instanceof ScriptTimeout || error instanceof Diverged)
      return null;
    throw error;
  }
}

/**
 * Runs a script of the bundle in a sandbox, in which each execution begins in a clean world.
 * Apigee: "JavaScript policy", "JavaScript object model".
 *
 * Faults: `steps.javascript.ScriptExecutionFailed` (500).
 */
export const javascript = definePolicy({
  element: "Javascript",
  variablePrefix: "javascript",
  needs: ["egress", "printer", "resources", "scriptReader", "scripts"],
  faults,

  read: readJavascript,

  refersTo: ({ included, main }) => ({
    scripts: main && "source" in main ? [main.source] : [],
    resources: [...included, main].flatMap((text) => (text && "resource" in text ? [text.resource] : [])),
  }),

  check(config, { resources, scriptReader }, report) {
    const files = readFiles(config, resources, scriptReader, report);
    if (files?.every(({ uses }) => !uses.calls)) return;
    for (const { severity, code, at, message, remedy } of config.sslProblems) {
      report[severity](code, at, message, remedy);
    }
  },

  build(config, context) {
    const { policy, scripts, egress, origin, printer } = context;
    const { files, ways } = waysOf(config);
    const uses = files.map((file) => file.uses);
    if (uses.some(({ anything }) => anything)) context.readsContentOf("*");
    const variables = new Map(
      uses.flatMap((each) => each.variables).map((name) => [name, context.variable(name)]),
    );
    // Bodies are handed over when the script asks: they may be large.
    const given = [...variables.values()].filter(({ contentOf }) => contentOf === null);
    const properties = [...config.properties].map(([name, text]) => [name, context.template(text)] as const);
    const script = { ways, waits: uses.some(({ calls }) => calls) };
    const namedCalls = new NamedCalls(files);
    const work = config.timeLimitMs * WORK_PER_MS;
    const print = (flow: FlowContext, text: string) => printer.print(policy, flow, text);
    const host = { variables, variable: context.variable, egress, origin, print };

    const expand = (flow: FlowContext) =>
      Object.fromEntries(properties.map(([name, template]) => [name, template(flow)]));
    const inputFor = (flow: FlowContext) =>
      JSON.stringify({
        variables: Object.fromEntries(given.map(({ name, get }) => [name, toScript(name, get(flow))])),
        properties: properties.length === 0 ? undefined : expand(flow),
      });

    const fail = (error: unknown): never => {
      if (error instanceof ScriptTimeout) throw faults.tooLong(policy, config.timeLimitMs).causedBy(error);
      throw error instanceof ScriptError
        ? faults.failed(policy, textOf(withPropertyNamed(error, files))).causedBy(error)
        : error;
    };

    return function runScript(flow) {
      const recorded = new RecordedHost(hostFor(flow, host));
      const execution = { work, input: inputFor(flow), host: recorded.ask };
      const explain = (error: unknown): Promise<never> => {
        const asked = error instanceof ScriptError && isUnnamed(error) ? namedCalls.at(error.place) : null;
        if (!asked) return fail(error);
        const again = { ...execution, host: recorded.repeat() };
        return repeat(scripts, asked, again).then((named) => fail(named ?? error));
      };
      try {
        return scripts.execute(script, execution)?.catch(explain);
      } catch (error) {
        return explain(error);
      }
    };
  },
});
