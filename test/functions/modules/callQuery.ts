import type { Client } from "@osdk/client";

export { clientOfCall } from "../../../src/functions/runtime/client.ts";

/** Executes the query of that name with that JSON, and gives what came of it, or the error. */
export default async function callQuery(client: Client, action: string, text?: string): Promise<string> {
  // biome-ignore lint/suspicious/noExplicitAny: types of no ontology
  const query: any = client({ type: "query", apiName: action } as never);
  try {
    return JSON.stringify(await query.executeFunction(text === undefined ? undefined : JSON.parse(text)));
  } catch (error) {
    const { errorName, message } = error as { errorName?: string; message: string };
    return errorName ?? message;
  }
}
