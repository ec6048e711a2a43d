/** What the function `callUser` does, as a plain Worker with the same interface. */
export default {
  async fetch(request: Request): Promise<Response> {
    const { parameters } = await request.json<{ parameters: { page: string } }>();
    const response = await fetch("http://127.0.0.1:9490/user");
    const { user } = await response.json<{ user: { id: string } }>();
    const value = `${user.id} ${parameters.page}`;
    return new Response(JSON.stringify({ value }), { headers: { "content-type": "application/json" } });
  },
};
