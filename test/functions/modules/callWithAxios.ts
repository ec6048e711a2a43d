import { getHttpAgent, getHttpsConnection, getSource } from "@palantir/functions-sources";
import axios from "axios";

export const config = { sources: ["things"] };

export default async function callWithAxios(path: string): Promise<string> {
  const source = await getSource("things");
  const agent = await getHttpAgent(source);
  const { url } = getHttpsConnection(source);
  const response = await axios.get(url + path, { httpsAgent: agent, validateStatus: () => true });
  return `${response.status} ${JSON.stringify(response.data)}`;
}
