import { expect, test } from "vitest";
import { isolateName } from "../../src/functions/deployed.ts";
import type { PublishedFunction } from "../../src/functions/published-function.ts";

const published = { name: "f", revision: "r1" } as PublishedFunction;

test("an isolate has another name when its code, its sources or what the gateway puts around it are others", () => {
  const names = [
    isolateName("local", published, []),
    isolateName("prod", published, []),
    isolateName("local", { ...published, revision: "r2" }, []),
    isolateName("local", published, ["carrier"]),
    isolateName("local", published, [], "as an earlier gateway had it"),
  ];
  expect(new Set(names).size).toBe(names.length);
  expect(isolateName("local", published, [])).toBe(names[0]);
});
