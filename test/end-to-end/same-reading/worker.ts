import { type Input, readingOf } from "./readings.ts";

/** Reads inputs in workerd: a JSON list of them, answered with a list of texts. */
export default {
  async fetch(request: Request): Promise<Response> {
    const inputs: Input[] = await request.json();
    return Response.json(inputs.map(readingOf));
  },
};
