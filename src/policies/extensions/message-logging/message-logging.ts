import type { XmlElement } from "../../../documents/element.ts";
import { readOneOf } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import { ExpressionError } from "../../../expression/value.ts";
import { faultType } from "../../../flow/fault.ts";
import { definePolicy } from "../../policy-type.ts";
import { buildCloudLogging, CLOUD_LOGGING, type CloudLogging, readCloudLogging } from "./cloud-logging.ts";
import { Deliveries } from "./deliveries.ts";
import { logLevels } from "./log-level.ts";
import { buildSyslog, readSyslog, type Syslog, syslogUrl } from "./syslog.ts";

const faults = {
  failed: faultType(
    "steps.messagelogging.StepDefinitionExecutionFailed",
    500,
    (policy: string, reason: string) => `Execution of MessageLogging ${policy} failed. Reason: ${reason}`,
  ),
};

/**
 * Writes a line to Cloud Logging or to a syslog server. The line is put together where the policy stands, and sent
 * in the background: nobody waits for it, and what becomes of it changes nothing. Apigee: "MessageLogging policy".
 *
 * Faults: `steps.messagelogging.StepDefinitionExecutionFailed` (500), when the line cannot be put together.
 */
export const messageLogging = definePolicy({
  element: "MessageLogging",
  variablePrefix: "messagelogging",
  needs: ["egress", "google"],
  faults,

  /** Problems: DestinationMissing, DestinationAmbiguous, FileLoggingNotSupported, and those of the destination. */
  read(xml, report) {
    const level = readOneOf(xml.child("logLevel"), logLevels, "INFO", report);
    // Here bodies that are logged are always kept.
    xml.ignore("BufferMessage");
    return { level, destination: readDestination(xml, report) };
  },

  refersTo: ({ destination }) => ({
    urls:
      destination === null ? [] : [destination.kind === "syslog" ? syslogUrl(destination) : destination.url],
  }),

  build({ level, destination }, context) {
    if (destination === null) throw new Error("a policy without a destination was not refused");
    const { policy, egress, origin } = context;
    const send =
      destination.kind === "syslog"
        ? buildSyslog(destination, level, context)
        : buildCloudLogging(destination, level, context);
    const deliveries = new Deliveries(policy, origin.proxy, (line) => egress.log(line));
    return function logMessage(flow) {
      try {
        deliveries.begin(flow, () => send(flow));
      } catch (error) {
        if (error instanceof ExpressionError) throw faults.failed(policy, error.message).causedBy(error);
        throw error;
      }
    };
  },
});

function readDestination(xml: XmlElement, report: Report): CloudLogging | Syslog | null {
  const [first, second] = xml.children("CloudLogging", "Syslog", "File");
  if (second !== undefined) {
    const message = "The policy has more than one destination.";
    report.error(
      "DestinationAmbiguous",
      second,
      message,
      "Keep one, and log to the other with a policy of its own.",
    );
  }
  switch (first?.name) {
    case "CloudLogging":
      return readCloudLogging(first, report);
    case "Syslog":
      return readSyslog(first, report);
    case "File":
      report.error(
        "FileLoggingNotSupported",
        first,
        "Workers have no files, so that nothing can be logged to <File>.",
        `Log to <CloudLogging> (${CLOUD_LOGGING}), or to <Syslog> over TCP.`,
      );
      xml.ignore("File");
      return null;
    default:
      report.error(
        "DestinationMissing",
        xml,
        "The policy does not say where to log.",
        "Add <CloudLogging> or <Syslog>.",
      );
      return null;
  }
}
