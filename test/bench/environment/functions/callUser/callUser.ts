import { getFetch, getHttpsConnection, getSource } from "@palantir/functions-sources";

export const config = { sources: ["Users"] };

export default async function callUser(page: string): Promise<string> {
  const source = await getSource("Users");
  const fetch = await getFetch(source);
  const { url } = getHttpsConnection(source);
  const response = await fetch(`${url}/user`);
  const { user } = (await response.json()) as { user: { id: string } };
  return `${user.id} ${page}`;
}
