import type { Value } from "../expression/value.ts";
import { builtInVariable, setBuiltIn } from "./built-in-variables.ts";
import type { FlowContext } from "./context.ts";
import { flowState } from "./flow-state.ts";
import { Message, RequestMessage, ResponseMessage } from "./message.ts";
import { type MessageProperty, messageProperty, propertyFamilies } from "./message-properties.ts";
import { NameClash, ReadOnlyVariable, Unsettable } from "./unsettable.ts";

/** A flow variable's name, resolved once at load time. Apigee: "Flow variables reference". */
export interface Variable {
  readonly name: string;
  /** The name of the message whose body must be buffered before `get` or `set`; null when none. */
  readonly contentOf: string | null;
  /** The value, null when unset. */
  get(flow: FlowContext): Value;
  /** Throws {@link Unsettable} for a read-only variable or a name that clashes with another's. */
  set(flow: FlowContext, value: Value): void;
  remove(flow: FlowContext): void;
}

/** Whether a name is that of one of the gateway's own variables that no policy can set. */
export function isReadOnly(name: string): boolean {
  const builtIn = builtInVariable(name);
  return builtIn !== null && builtIn.set === undefined;
}

/** Compiles a variable's name. */
export function variable(name: string): Variable {
  const builtIn = builtInVariable(name);
  if (builtIn) {
    return {
      name,
      contentOf: null,
      get: builtIn.get,
      set: (flow, value) => setBuiltIn(builtIn, name, flow, value),
      remove: () => {
        throw new ReadOnlyVariable(name);
      },
    };
  }
  if (name === FLOW_STATE) return flowStateVariable();
  const split = splitAtProperty(name);
  return split ? messageVariable(name, split.message, split.property) : plainVariable(name);
}

/** No page names it, but published shared flows read it, and are given it as a parameter, where it counts. */
const FLOW_STATE = "currentstep.flowstate";

function flowStateVariable(): Variable {
  const plain = plainVariable(FLOW_STATE);
  return { ...plain, get: (flow) => plain.get(flow) ?? flowState(flow) };
}

/** `request.header.Accept` is the property `header.Accept` of the message `request`. */
function splitAtProperty(name: string): { message: string; property: MessageProperty } | null {
  const parts = name.split(".");
  for (let index = 1; index < parts.length; index++) {
    if (!propertyFamilies.has(parts[index] ?? "")) continue;
    const property = messageProperty(parts.slice(index).join("."));
    if (property) return { message: parts.slice(0, index).join("."), property };
  }
  return null;
}

function messageVariable(name: string, messageName: string, property: MessageProperty): Variable {
  const plain = plainVariable(name);
  const find = messageFinder(messageName);
  return {
    name,
    contentOf: property.readsContent ? messageName : null,
    get:
      sentRequestVariable(name) ??
      ((flow) => {
        const message = find(flow);
        return message ? property.get(message) : plain.get(flow);
      }),
    set(flow, value) {
      const message = find(flow);
      if (!message) return plain.set(flow, value);
      if (!property.set) throw new ReadOnlyVariable(name);
      property.set(message, value);
    },
    remove(flow) {
      const message = find(flow);
      if (!message) return plain.remove(flow);
      if (!property.remove) throw new Unsettable(name, "it cannot be removed");
      property.remove(message);
    },
  };
}

/**
 * In the response flow `request.uri` and `request.url` are those of the call to the target, the URL without
 * port. Apigee: "Flow variables reference".
 */
function sentRequestVariable(name: string): ((flow: FlowContext) => Value) | null {
  const sent = (flow: FlowContext) =>
    flow.direction === "response" ? URL.parse(flow.target?.evaluatedUrl ?? "") : null;
  if (name === "request.url") {
    return (flow) => {
      const url = sent(flow);
      return url && `${url.protocol}//${url.hostname}${url.pathname}${url.search}`;
    };
  }
  if (name !== "request.uri") return null;
  return (flow) => {
    const url = sent(flow);
    return url ? url.pathname + url.search : flow.request.uri;
  };
}

function plainVariable(name: string): Variable {
  if (flowMessages.has(name)) return flowMessageVariable(name);
  const ancestors = ancestorsOf(name);
  const below = `${name}.`;
  return {
    name,
    contentOf: null,
    get: (flow) => flow.variables.get(name) ?? null,
    set(flow, value) {
      const isNew = !flow.variables.has(name) && !(value instanceof Message);
      if (isNew) refuseClash(flow, name, ancestors, below);
      if (value === null) flow.variables.delete(name);
      else flow.variables.set(name, value);
    },
    remove: (flow) => {
      flow.variables.delete(name);
    },
  };
}

/** The messages that every flow has. */
export const flowMessages: ReadonlySet<string> = new Set(["message", "request", "response", "error"]);

function flowMessageVariable(name: string): Variable {
  return {
    name,
    contentOf: null,
    get: messageFinder(name),
    set(flow, value) {
      if (!setMessage(flow, name, value))
        throw new Unsettable(name, "its value must be a message of its kind");
    },
    /** Only the response may be missing. */
    remove(flow) {
      if (name === "response") flow.response = null;
    },
  };
}

function ancestorsOf(name: string): string[] {
  const parts = name.split(".");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("."));
}

const DOT = ".".charCodeAt(0);

/**
 * A variable's name may not be the dotted beginning of another's, but for that of a message: published flows keep
 * `token` beside the message `token.response` that it comes from.
 * Apigee: "AssignMessage policy" and "ExtractVariables policy" (SetVariableFailed).
 */
function refuseClash(flow: FlowContext, name: string, ancestors: readonly string[], below: string): void {
  for (const ancestor of ancestors) {
    const value = flow.variables.get(ancestor);
    if (value !== undefined && !(value instanceof Message)) throw new NameClash(name, ancestor);
  }
  for (const [other, value] of flow.variables) {
    // The look at one character tells nearly all of them apart.
    if (other.charCodeAt(name.length) !== DOT || !other.startsWith(below)) continue;
    if (!(value instanceof Message)) throw new NameClash(name, other);
  }
}

/** Finds the message that a name stands for at this point of the flow. */
export function messageFinder(name: string): (flow: FlowContext) => Message | null {
  switch (name) {
    case "message":
      return (flow) => flow.message;
    case "request":
      return (flow) => flow.request;
    case "response":
      return (flow) => flow.response;
    case "error":
      return (flow) => flow.error;
    default:
      return (flow) => {
        const value = flow.variables.get(name);
        return value instanceof Message ? value : null;
      };
  }
}

/** Puts a message in the place of one of the flow's own. Says whether it is of that one's kind. */
function setMessage(flow: FlowContext, name: string, value: Value): boolean {
  if (value instanceof RequestMessage && (name === "request" || (name === "message" && !flow.error))) {
    flow.request = value;
  } else if (value instanceof ResponseMessage && name !== "request" && (name !== "error" || flow.error)) {
    if (flow.error) flow.error = value;
    else flow.response = value;
  } else return false;
  return true;
}
