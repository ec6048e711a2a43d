import { Things } from "@foundry/external-systems/sources";
// biome-ignore lint/suspicious/noShadowRestrictedNames: the name that Foundry gave it
import { ExternalSystems, Function, type Integer, LocalDate, Timestamp } from "@foundry/functions-api";

export class MyExternalFunctions {
  @ExternalSystems({ sources: [Things] })
  @Function()
  public async versionOne(action: string, day: LocalDate, at: Timestamp, count?: Integer): Promise<string> {
    const { url } = Things.getHttpsConnection();
    switch (action) {
      case "dates":
        return [
          day instanceof LocalDate,
          day.plusDays(count ?? 0).toISOString(),
          at instanceof Timestamp,
          at,
        ].join(" ");
      case "secret":
        return Things.getSecret("MySecret");
      case "missing secret":
        return Things.getSecret("Other");
      default: {
        const fetch = Things.fetch;
        const response = await fetch(`${url}/echo`);
        return response.text();
      }
    }
  }
}
