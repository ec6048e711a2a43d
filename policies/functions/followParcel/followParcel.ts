import { FollowedParcel } from "@ontology/sdk";
import type { Client } from "@osdk/client";
import { createEditBatch, type Edits, UserFacingError } from "@osdk/functions";
import { getFetch, getHttpsConnection, getSource } from "@palantir/functions-sources";

export const config = { sources: ["carrierAccount"] };

interface Parcel {
  number: string;
  state: string;
  city: string;
}

/** Follows a parcel of the user who asks, which the carrier shows for the token that this user has granted. */
export default async function followParcel(
  client: Client,
  number: string,
  user: string,
  note?: string,
): Promise<Edits.Object<FollowedParcel>[]> {
  const source = await getSource("carrierAccount");
  const fetch = await getFetch(source);
  const { url } = getHttpsConnection(source);
  const answer = await fetch(`${url}/v1/parcels`);
  if (!answer.ok) throw new Error(`The carrier answered ${answer.status}.`);
  const { parcels } = (await answer.json()) as { parcels: Parcel[] };
  const parcel = parcels.find((each) => each.number === number);
  if (!parcel) throw new UserFacingError(`You have no parcel ${number}.`);
  const batch = createEditBatch<Edits.Object<FollowedParcel>>(client);
  batch.create(FollowedParcel, { ...parcel, followedBy: user, ...(note !== undefined && { note }) });
  return batch.getEdits();
}
