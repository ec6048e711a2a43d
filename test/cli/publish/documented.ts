/** The examples of Foundry's page "Make API calls from functions", one entry file each. */
export const documented = {
  version1: `import { ExternalSystems } from "@foundry/functions-api";
import { MySource } from "@foundry/external-systems/sources";

export class MyExternalFunctions {
    @ExternalSystems({ sources: [MySource] })
    @Function()
    public async myExternalFunction(): Promise<string> {
        const { url } = MySource.getHttpsConnection();
        const secret = MySource.getSecret("MySecret");
        const fetch = MySource.fetch;
        const response = await fetch(url + "/api/v1/resource", { headers: { "x-secret": secret } });
        return response.text();
    }
}
`,
  version2: `import { getSource, getHttpsConnection, getFetch } from "@palantir/functions-sources";

export const config = {
    sources: ["mySourceAlias"]
}

async function MyExternalFunction(): Promise<string> {
    const source = await getSource("mySourceAlias");
    const { url } = getHttpsConnection(source);
    const secret = source.secrets["MySecret"];
    const fetch = await getFetch(source);
    const response = await fetch(url + "/api/v1/resource", { headers: { "x-secret": secret } });
    return response.text();
}

export default MyExternalFunction;
`,
  axiosWithAgent: `import { getSource, getHttpAgent, getHttpsConnection } from "@palantir/functions-sources";
import axios from 'axios';

export const config = { sources: ["mySourceAlias"] };

export default async function callWithAxios(): Promise<string> {
    const source = await getSource("mySourceAlias");
    const agent = await getHttpAgent(source);
    const { url } = getHttpsConnection(source);
    const response = await axios.get(url, {
        httpsAgent: agent,
    });
    return response.data;
}
`,
  oauthByClient: `import { getSource, getHttpsConnection, getFetch } from "@palantir/functions-sources";

export const config = { sources: ["myOAuthSourceAlias"] };

export default async function callExternalApi(): Promise<string> {
    const source = await getSource("myOAuthSourceAlias");
    const { url } = getHttpsConnection(source);
    const fetch = await getFetch(source);
    const response = await fetch(url + "/api/v1/resource");
    return response.text();
}
`,
  oauthByHand: `import { getSource, getHttpsConnection } from "@palantir/functions-sources";

export const config = { sources: ["myOAuthSourceAlias"] };

export default async function callExternalApi(): Promise<string> {
    const source = await getSource("myOAuthSourceAlias");
    const credentials = await source.sessionCredentials?.get();
    if (!credentials || credentials.type !== "oauth") {
        throw new Error("Expected OAuth credentials");
    }
    const accessToken: string = credentials.accessToken;
    const { url } = getHttpsConnection(source);
    const response = await fetch(url + "/api/v1/resource", {
        headers: { Authorization: \`Bearer \${accessToken}\` },
    });
    return response.text();
}
`,
} as const;

/** The page's example that edits objects. */
export const withOntology = `import { getSource, getHttpsConnection, getFetch } from "@palantir/functions-sources";
import { UserProfile } from "@ontology/sdk";
import { Client } from "@osdk/client";
import { createEditBatch, Edits } from "@osdk/functions";

type OntologyEdit = Edits.Object<UserProfile>;

export const config = { sources: ["myOAuthSourceAlias"], edits: [UserProfile], };

export default async function linkUserProfile(client: Client): Promise<OntologyEdit[]> {
    const source = await getSource("myOAuthSourceAlias");
    const { url } = getHttpsConnection(source);
    const fetch = await getFetch(source);
    const response = await fetch(url + "/v1/me");
    if (!response.ok) {
        throw new Error(\`Failed to fetch profile: \${response.status}\`);
    }
    const profile = await response.json();
    const batch = createEditBatch<OntologyEdit>(client);
    batch.create(UserProfile, {
        userProfileId: profile.id,
        displayName: profile.display_name,
    });
    return batch.getEdits();
}
`;
