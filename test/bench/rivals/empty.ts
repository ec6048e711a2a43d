/** Answers without doing anything: what a process and its isolate cost by themselves. */
export default {
  fetch(): Response {
    return new Response("empty");
  },
};
