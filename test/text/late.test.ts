import { expect, test } from "vitest";
import { Late, withLateParts } from "../../src/text/late.ts";

test("work runs again from its beginning when a part was missing, once for each", async () => {
  let loads = 0;
  const part = (name: string) =>
    new Late(async () => {
      loads++;
      return name;
    });
  const [one, other] = [part("one"), part("other")];
  let runs = 0;
  const work = () => {
    runs++;
    return one.get() + other.get() + one.get();
  };
  expect(await withLateParts(work)).toBe("oneotherone");
  expect(await withLateParts(work)).toBe("oneotherone");
  expect({ runs, loads }).toEqual({ runs: 4, loads: 2 });
});

test("a part that cannot be loaded fails the work, and is asked for again by the next", async () => {
  let broken = true;
  const part = new Late(async () => {
    if (broken) throw new Error("not now");
    return "there";
  });
  await expect(withLateParts(() => part.get())).rejects.toThrow("not now");
  broken = false;
  expect(await withLateParts(() => part.get())).toBe("there");
});

test("what else fails is not tried again", async () => {
  let runs = 0;
  const work = () => {
    runs++;
    throw new TypeError("wrong");
  };
  await expect(withLateParts(work)).rejects.toThrow(TypeError);
  expect(runs).toBe(1);
});
