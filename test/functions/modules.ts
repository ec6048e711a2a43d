/** The functions that tests call: files in modules/, and what their signatures say. */
import type { NamedType, PublishedFunction, ValueType } from "../../src/functions/published-function.ts";

export interface TestModule
  extends Pick<PublishedFunction, "name" | "language" | "parameters" | "output" | "sources"> {
  readonly edits?: PublishedFunction["edits"];
  /**
   * An expression for the function in the generated main module, with `user` as the module of the file; in Python the
   * file's name.
   */
  readonly call: string;
}

const string = { type: "string" } as const;
const output = (type: ValueType, optional = false) => ({ type, optional });
const parameter = (name: string, type: ValueType, optional = false): NamedType => ({ name, type, optional });

function v2(name: string, more: Partial<TestModule> = {}): TestModule {
  return {
    name,
    language: "typescript-v2",
    parameters: [],
    output: output(string),
    sources: ["things"],
    call: "user.default",
    ...more,
  };
}

const counts: ValueType = { type: "map", key: { type: "integer" }, value: { type: "integer" } };
const days: ValueType = {
  type: "list",
  element: { type: "struct", fields: [parameter("day", { type: "date" }), parameter("note", string, true)] },
};
const employee: ValueType = { type: "object", objectType: "Employee" };
const action = parameter("action", string);
const text = parameter("text", string, true);

export const testModules: readonly TestModule[] = [
  { ...v2("python_probe", { parameters: [action, text] }), language: "python", call: "python_probe.py" },
  {
    ...v2("python_values", {
      parameters: [
        parameter("day", { type: "date" }),
        parameter("items", { type: "list", element: { type: "integer" } }),
        parameter("maybe", string, true),
      ],
      output: output({ type: "map", key: string, value: { type: "integer" } }),
      sources: [],
    }),
    language: "python",
    call: "python_probe.py",
  },
  {
    ...v2("python_objects", {
      parameters: [
        parameter("employee", employee),
        parameter("others", { type: "list", element: employee }),
        parameter("levels", { type: "map", key: employee, value: { type: "integer" } }),
        parameter("some", { type: "objectSet", objectType: "Employee" }),
        parameter("nobody", employee, true),
      ],
      output: output({ type: "edits" }),
      sources: [],
    }),
    edits: ["Employee"],
    language: "python",
    call: "python_objects.py",
  },
  v2("callThings", { parameters: [parameter("path", string)] }),
  v2("callWithAxios", { parameters: [parameter("path", string)] }),
  v2("probe", { parameters: [action, text] }),
  v2("hostile", { parameters: [action, text], output: output({ type: "integer" }) }),
  {
    ...v2("editThings", { parameters: [action], output: output({ type: "edits" }), sources: [] }),
    edits: ["Employee"],
    call: "(...given) => user.default({}, ...given)",
  },
  {
    ...v2("callQuery", { parameters: [action, text], sources: [] }),
    call: "(...given) => user.default(user.clientOfCall(), ...given)",
  },
  v2("echo", {
    parameters: [
      parameter("counts", counts),
      parameter("days", days),
      parameter("big", { type: "long" }, true),
    ],
    output: output({
      type: "struct",
      fields: [
        parameter("counts", counts),
        parameter("days", days),
        parameter("big", { type: "long" }, true),
      ],
    }),
    sources: [],
  }),
  v2("withObjects", {
    parameters: [
      action,
      parameter("employee", { type: "object", objectType: "Employee" }, true),
      parameter("set", { type: "objectSet", objectType: "Employee" }, true),
    ],
    sources: [],
    call: "(...given) => user.default(user.clientOfCall(), ...given)",
  }),
  {
    name: "versionOne",
    language: "typescript-v1",
    parameters: [
      action,
      parameter("day", { type: "date" }),
      parameter("at", { type: "timestamp" }),
      parameter("count", { type: "integer" }, true),
    ],
    output: output(string),
    sources: ["Things"],
    call: "(...given) => new user.MyExternalFunctions().versionOne(...given)",
  },
  {
    name: "callWebhook",
    language: "typescript-v1",
    parameters: [action, text],
    output: output(string),
    sources: ["Things"],
    call: "(...given) => new user.Webhooks().callWebhook(...given)",
  },
];
