import { flowValueOf, parseExactJson } from "../../parts/exact-json.ts";
import { hasDuplicateNames } from "../../parts/json-names.ts";
import type { Told } from "../../parts/own-variables.ts";
import { isPlainObject } from "../../parts/plain-object.ts";
import { scanJson } from "../../parts/scan-json.ts";

/** How deep values may lie in each other: nothing that walks through them is to run out of stack. */
const DEEPEST = 100;

/** How many parameters and arguments a call may have. */
const MOST_PARAMETERS = 1000;

/** Why a text is no message of JSON-RPC 2.0 that says one thing to everybody. */
export class NotJsonRpc extends Error {
  override readonly name = "NotJsonRpc";
}

/**
 * What a message of MCP asks for, by the names of the variables; nothing for one that answers.
 * Formats: JSON-RPC 2.0; MCP, "Tools".
 * @throws NotJsonRpc
 */
export function readJsonRpc(text: string): Told[] {
  const message = parse(text);
  const { method, id = null, params = null } = message;
  if (message.jsonrpc !== "2.0") throw new NotJsonRpc('"jsonrpc" is not "2.0"');
  if (id !== null && typeof id !== "string" && typeof id !== "number" && !JSON.isRawJSON(id)) {
    throw new NotJsonRpc('"id" is neither a text nor a number');
  }
  if (method === undefined && (message.result !== undefined || message.error !== undefined)) return [];
  if (typeof method !== "string" || method === "") throw new NotJsonRpc('"method" is no text');
  if (params !== null && typeof params !== "object") throw new NotJsonRpc('"params" is no object');
  const request = "json-rpc.request.";
  return [
    ["", "operation", method === "tools/call" ? `${method}/${toolOf(params)}` : method],
    [request, "method", method],
    [request, "id", flowValueOf(id)],
    [request, "params", flowValueOf(params)],
    ...parameterVariables(params, `${request}params.`),
  ];
}

function parse(text: string): Record<string, unknown> {
  const threat = scanJson(text, {
    arrayElements: Number.POSITIVE_INFINITY,
    depth: DEEPEST,
    objectEntries: Number.POSITIVE_INFINITY,
    nameLength: Number.POSITIVE_INFINITY,
    stringLength: Number.POSITIVE_INFINITY,
  });
  if (threat) throw new NotJsonRpc(threat.reason);
  const message = parseExactJson(text);
  // A list is a batch: what is checked of it would not be all that is called.
  if (!isPlainObject(message)) throw new NotJsonRpc("it is no single object");
  // One program would take the first value, and another the last.
  if (hasDuplicateNames(text, message)) throw new NotJsonRpc("a name is there twice");
  return message;
}

function toolOf(params: object | null): string {
  const name = isPlainObject(params) ? params.name : null;
  if (typeof name !== "string" || name === "") throw new NotJsonRpc('"params.name" is no text');
  return name;
}

function parameterVariables(params: object | null, group: string): Told[] {
  if (!isPlainObject(params)) return [];
  const ownArguments = isPlainObject(params.arguments) ? Object.entries(params.arguments) : [];
  const parameters = Object.entries(params);
  if (parameters.length + ownArguments.length > MOST_PARAMETERS) throw new NotJsonRpc("too many parameters");
  return [...told(group, parameters), ...told(`${group}arguments.`, ownArguments)];
}

function told(group: string, values: readonly [string, unknown][]): Told[] {
  return values.map(([name, value]) => [group, name, flowValueOf(value)]);
}
