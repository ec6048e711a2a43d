import { getFetch, getHttpsConnection, getSource } from "@palantir/functions-sources";

export const config = { sources: ["things"] };

export default async function callThings(path: string): Promise<string> {
  const source = await getSource("things");
  const fetch = await getFetch(source);
  const { url } = getHttpsConnection(source);
  const response = await fetch(url + path);
  return `${response.status} ${await response.text()}`;
}
