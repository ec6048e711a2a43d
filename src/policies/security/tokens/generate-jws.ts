import { readTemplate } from "../../../connections/read-template.ts";
import { readBoolean, readOneOf } from "../../../documents/read.ts";
import { readSaid } from "../../parts/said.ts";
import { definePolicy } from "../../policy-type.ts";
import { compileText } from "./claims.ts";
import { jwsFaults as faults } from "./faults.ts";
import { compileMaking, readHeader } from "./make-token.ts";
import { readSigning } from "./read-algorithms.ts";
import { readKeyFor } from "./read-key.ts";
import { TokenVariables } from "./variables.ts";
import { whole } from "./whole.ts";

/** Signs any text. Apigee: "GenerateJWS policy". Format: RFC 7515. */
export const generateJws = definePolicy({
  element: "GenerateJWS",
  variablePrefix: "jws",
  needs: ["egress", "keySets"],
  faults,

  /** Problems: those of the algorithm, the key and the headers, and MissingConfigurationElement. */
  read(xml, report) {
    readOneOf(xml.child("Type"), ["Signed"], null, report);
    const protection = readSigning(xml, "one", report);
    const payload = xml.child("Payload");
    if (!payload) {
      const message = "There is no <Payload> to sign.";
      report.error("MissingConfigurationElement", xml, message, 'Add <Payload ref="…"/>.');
    }
    if (payload) readTemplate(payload.text(), payload, report);
    return {
      protection,
      key: readKeyFor(xml, protection, ["sign", "encrypt"], report),
      header: readHeader(xml, null, report),
      payload: payload ? readSaid(payload) : null,
      detaches: readBoolean(xml.child("DetachContent"), false, report),
      output: xml.child("OutputVariable")?.text() || null,
      ignoreUnresolved: readBoolean(xml.child("IgnoreUnresolvedVariables"), false, report),
    };
  },

  build({ protection, key, header, payload, detaches, output, ignoreUnresolved }, context) {
    const { policy } = context;
    const reading = { faults, context, ignoreUnresolved };
    const make = compileMaking(
      { protection: whole(protection), key: whole(key), header, compresses: false },
      reading,
    );
    const text = context.template(whole(payload).text, {
      unresolved(name) {
        if (ignoreUnresolved) return "";
        throw faults.unresolved(policy, name);
      },
    });
    const content = compileText(whole(payload), reading, text);
    const target = context.variable(output ?? `jws.${policy}.generated_jws`);
    return new TokenVariables("jws", policy).marking(async function sign(flow) {
      const jws = await make(flow, new TextEncoder().encode(content(flow) ?? ""));
      target.set(flow, detaches ? jws.replace(/\..*\./, "..") : jws);
    });
  },
});
