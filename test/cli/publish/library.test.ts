import type * as externalSystems from "@foundry/external-systems";
import type * as functionsApi from "@foundry/functions-api";
import type * as functionsUtils from "@foundry/functions-utils";
import type * as osdkFunctions from "@osdk/functions";
import type * as functionsSources from "@palantir/functions-sources";
import { expect, test } from "vitest";
import { library } from "../../../src/cli/publish/library.ts";
import * as externalSystemsRuntime from "../../../src/functions/runtime/external-systems.ts";
import * as functionsApiRuntime from "../../../src/functions/runtime/functions-api.ts";
import * as functionsSourcesRuntime from "../../../src/functions/runtime/functions-sources.ts";
import * as functionsUtilsRuntime from "../../../src/functions/runtime/functions-utils.ts";
import * as osdkFunctionsRuntime from "../../../src/functions/runtime/osdk-functions.ts";

/** Compiled only when what runs has the types that editors are told of. */
const runtime = {
  "@foundry/external-systems": externalSystemsRuntime satisfies typeof externalSystems,
  "@foundry/functions-api": functionsApiRuntime satisfies Omit<typeof functionsApi, Classes>,
  "@foundry/functions-utils": functionsUtilsRuntime satisfies typeof functionsUtils,
  "@osdk/functions": osdkFunctionsRuntime satisfies typeof osdkFunctions,
  "@palantir/functions-sources": functionsSourcesRuntime satisfies Omit<
    typeof functionsSources,
    "getHttpsConnection" | "getFetch" | "getHttpAgent"
  >,
};

/** Classes with private parts are never those of another declaration. */
type Classes = "LocalDate" | "Timestamp";

test("what is known of the libraries is what they export", () => {
  for (const [name, { file, values }] of library) {
    expect(file).toMatch(/^runtime\//);
    const exported = Object.keys(runtime[name as keyof typeof runtime]);
    expect(exported.toSorted(), name).toEqual(values.toSorted());
  }
  expect([...library.keys()].toSorted()).toEqual(Object.keys(runtime).toSorted());
});
