/** What the proxy `pass-through` does, written by hand. */
export default {
  fetch(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const target = `http://127.0.0.1:9490/target${pathname.slice("/pass-through".length)}${search}`;
    return fetch(new Request(target, request));
  },
};
