import { readBoolean } from "../../../documents/read.ts";
import type { Told } from "../../parts/own-variables.ts";
import { definePolicy } from "../../policy-type.ts";
import type { TokenFaults, TokenKind } from "./faults.ts";
import { compileSource, parseToken, type Token, whyNoToken } from "./token.ts";
import { headerVariables, TokenVariables } from "./variables.ts";

/**
 * A policy that reads a token into variables without checking anything: what they hold anybody may have written.
 *
 * @param contentOf the variables that tell of what the token holds; throws a fault when it cannot be read
 */
export function defineDecoding(
  kind: TokenKind,
  faults: TokenFaults,
  contentOf: (token: Token, policy: string, now: number) => Iterable<Told>,
) {
  return definePolicy({
    element: `Decode${kind.toUpperCase()}`,
    variablePrefix: kind,
    faults,

    read(xml, report) {
      readBoolean(xml.child("IgnoreUnresolvedVariables"), false, report);
      return { source: xml.child("Source")?.text() || null };
    },

    build({ source }, context) {
      const { policy } = context;
      const find = compileSource(source, faults, context);
      const variables = new TokenVariables(kind, policy);
      return variables.marking(function decode(flow) {
        variables.clear(flow);
        const text = find(flow);
        const token = parseToken(text);
        if (token === null) throw faults.failedToDecode(policy).causedBy(whyNoToken(text));
        if (token === "json") throw faults.invalidJson(policy).causedBy("its header is no JSON object");
        variables.set(flow, [...headerVariables(token), ...contentOf(token, policy, flow.exchange.now())]);
      });
    },
  });
}
