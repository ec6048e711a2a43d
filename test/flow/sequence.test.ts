import { describe, expect, test } from "vitest";
import type { Step } from "../../src/flow/context.ts";
import { RequestMessage, ResponseMessage } from "../../src/flow/message.ts";
import { ANY_MESSAGE, sequence, withContentOf } from "../../src/flow/sequence.ts";
import { flowOf } from "../policies/policy-kit.ts";

const streamOf = (text: string): ReadableStream => new Blob([text]).stream();

describe("steps in sequence", () => {
  const noting = (notes: string[], note: string, wait = false): Step => {
    if (!wait) return () => void notes.push(note);
    return () => Promise.resolve().then(() => void notes.push(note));
  };

  test("run in order, at once as long as none waits", () => {
    const notes: string[] = [];
    expect(sequence([noting(notes, "a"), noting(notes, "b")])(flowOf())).toBeUndefined();
    expect(notes).toEqual(["a", "b"]);
  });

  test("wait for one that waits, and go on in order", async () => {
    const notes: string[] = [];
    const steps = [
      noting(notes, "a"),
      noting(notes, "b", true),
      noting(notes, "c"),
      noting(notes, "d", true),
    ];
    const pending = sequence(steps)(flowOf());
    expect(notes).toEqual(["a"]);
    await pending;
    expect(notes).toEqual(["a", "b", "c", "d"]);
  });

  test("are the step itself when there is one, and nothing when there is none", () => {
    const step: Step = () => {};
    expect(sequence([step])).toBe(step);
    expect(sequence([])(flowOf())).toBeUndefined();
  });

  test.each([false, true])("end with the first that throws (waiting: %s)", async (wait) => {
    const notes: string[] = [];
    const failing: Step = () => {
      if (wait) return Promise.reject(new Error("broken"));
      throw new Error("broken");
    };
    const run = async () => sequence([noting(notes, "a", wait), failing, noting(notes, "never")])(flowOf());
    await expect(run()).rejects.toThrow("broken");
    expect(notes).toEqual(["a"]);
  });

  test("of any number do not fill the stack", async () => {
    let count = 0;
    const steps = Array.from({ length: 20_000 }, (_, index): Step => {
      return () => {
        count++;
        return index % 2 === 0 ? Promise.resolve() : undefined;
      };
    });
    await sequence(steps)(flowOf());
    expect(count).toBe(20_000);
  });
});

describe("a step that reads content", () => {
  const read = (...names: string[]) => {
    const seen: string[] = [];
    const step = withContentOf(new Set(names), ({ request, response }) => {
      seen.push(request.body.isStream ? "stream" : request.content);
      if (response) seen.push(response.body.isStream ? "stream" : response.content);
    });
    return { seen, step };
  };

  test("is the step itself when it reads none", () => {
    const step: Step = () => {};
    expect(withContentOf(new Set(), step)).toBe(step);
  });

  test("runs at once when there is nothing to buffer", () => {
    const { seen, step } = read("request", "callout");
    expect(step(flowOf({ request: new RequestMessage({ body: "text" }) }))).toBeUndefined();
    expect(seen).toEqual(["text"]);
  });

  test("waits for the bodies that it names, and leaves the others", async () => {
    const flow = flowOf({
      request: new RequestMessage({ body: streamOf("question") }),
      response: new ResponseMessage({ body: streamOf("answer") }),
    });
    const { seen, step } = read("request");
    await step(flow);
    expect(seen).toEqual(["question", "stream"]);
  });

  test("may name the same message twice", async () => {
    const flow = flowOf({ request: new RequestMessage({ body: streamOf("question") }) });
    const { seen, step } = read("message", "request");
    await step(flow);
    expect(seen).toEqual(["question"]);
  });

  test("may name one that a policy made", async () => {
    const callout = new ResponseMessage({ body: streamOf("answer") });
    const flow = flowOf({ variables: { callout } });
    await withContentOf(new Set(["callout"]), () => {})(flow);
    expect(callout.content).toBe("answer");
  });

  test("may stand for all messages of the flow", async () => {
    const flow = flowOf({
      request: new RequestMessage({ body: streamOf("question") }),
      response: new ResponseMessage({ body: streamOf("answer") }),
    });
    const { seen, step } = read(ANY_MESSAGE);
    await step(flow);
    expect(seen).toEqual(["question", "answer"]);
  });

  test("in the error state reads the error message", async () => {
    const error = new ResponseMessage({ body: streamOf("failed") });
    await withContentOf(new Set(["message"]), () => {})(flowOf({ error }));
    expect(error.content).toBe("failed");
  });

  test("does not run when a body cannot be read", async () => {
    const request = new RequestMessage({ body: streamOf("abc") });
    request.bodyLimit = 2;
    const { seen, step } = read("request");
    await expect(step(flowOf({ request }))).rejects.toMatchObject({ code: "protocol.http.TooBigBody" });
    expect(seen).toEqual([]);
  });
});
