import { getFetch, getHttpsConnection, getSource } from "@palantir/functions-sources";
import { type Integer, UserFacingError } from "@osdk/functions";

export const config = { sources: ["carrier"] };

/** More pieces than this take the warehouse another day to pack. */
const PIECES_A_DAY = 10;

/** How many days after the order a number of pieces arrives in a city. */
export default async function shippingDays(city: string, pieces: Integer): Promise<Integer> {
  const source = await getSource("carrier");
  const fetch = await getFetch(source);
  const { url } = getHttpsConnection(source);
  const answer = await fetch(`${url}/v1/transit-times?city=${encodeURIComponent(city)}`);
  if (answer.status === 404) throw new UserFacingError(`Nobody delivers to ${city}.`);
  if (!answer.ok) throw new Error(`The carrier answered ${answer.status}.`);
  const { days } = (await answer.json()) as { days: number };
  return days + Math.ceil(pieces / PIECES_A_DAY);
}
