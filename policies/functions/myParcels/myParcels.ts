import { getFetch, getHttpsConnection, getSource } from "@palantir/functions-sources";

export const config = { sources: ["carrierAccount"] };

interface Parcel {
  number: string;
  state: string;
  city: string;
}

/** The parcels of the user who asks, read with the token that this user has granted. */
export default async function myParcels(): Promise<Parcel[]> {
  const source = await getSource("carrierAccount");
  const fetch = await getFetch(source);
  const { url } = getHttpsConnection(source);
  const answer = await fetch(`${url}/v1/parcels`);
  if (!answer.ok) throw new Error(`The carrier answered ${answer.status}.`);
  const { parcels } = (await answer.json()) as { parcels: Parcel[] };
  return parcels;
}
