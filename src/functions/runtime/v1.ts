import type { SourceFacts } from "../protocol.ts";
import { type Call, currentCall, declaredSource } from "./call.ts";
import { connectionOf, type Fetch, sourceFetch } from "./source-fetch.ts";
import { type CallableWebhook, webhooksOf } from "./webhooks.ts";

/** A source as TypeScript v1 code sees it. Foundry: "Make API calls from functions" (TypeScript v1). */
export interface SourceSymbol {
  /** The base URL of its one HTTPS connection, without a trailing slash. */
  getHttpsConnection(): { url: string };
  /** `fetch` with its authentication, certificates and egress policies. */
  readonly fetch: Fetch;
  /** Throws Foundry's text when there is no such secret. */
  getSecret(name: string): string;
  /** Its webhooks by name. */
  readonly webhooks: Readonly<Record<string, CallableWebhook>>;
}

/** The symbol that `@foundry/external-systems/sources` exports for a source. */
export function sourceSymbol(apiName: string): SourceSymbol {
  return {
    getHttpsConnection: () => connectionOf(find(apiName).facts),
    fetch: (input, init) => {
      const { call, name, facts } = find(apiName);
      connectionOf(facts);
      return sourceFetch(call, name)(input, init);
    },
    getSecret(secret) {
      const value = find(apiName).facts.secrets[secret];
      if (!value) throw new Error(`Secret with name ${secret} not found on the Source.`);
      return value;
    },
    webhooks: webhooksOf(() => find(apiName)),
  };
}

function find(apiName: string): { call: Call; name: string; facts: SourceFacts } {
  const call = currentCall();
  const found = declaredSource(call, apiName);
  if (found) return { call, ...found };
  throw new Error(
    `The function does not declare the source ${apiName}. Add it to @ExternalSystems({ sources: [${apiName}] }).`,
  );
}
