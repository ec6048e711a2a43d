/** The examples of Foundry's page "Make API calls from functions" in Python, one entry file each. */
export const documentedPython = {
  plain: `from functions.api import function
from functions.sources import get_source

@function(sources=["mySourceAlias"])
def my_external_function() -> str:
    source = get_source("mySourceAlias")
    url = source.get_https_connection().url
    client = source.get_https_connection().get_client()
    response = client.get(url)
    return response.text
`,
  withSecret: `from functions.api import function
from functions.sources import get_source

@function(sources=["mySourceAlias"])
def with_secret() -> str:
    url = get_source("mySourceAlias").get_https_connection().url
    secret = get_source("mySourceAlias").get_secret("MySecret")
    source = get_source("mySourceAlias")
    client = source.get_https_connection().get_client()
    response = client.get(url + "/api/v1/resource", headers={"x-secret": secret})
    return response.text
`,
  oauthByClient: `from functions.api import function
from functions.sources import get_source

@function(sources=["myOAuthSourceAlias"])
def call_external_api() -> str:
    source = get_source("myOAuthSourceAlias")
    url = source.get_https_connection().url
    client = source.get_https_connection().get_client()
    response = client.get(url + "/api/v1/resource", timeout=10)
    return response.text
`,
  oauthByHand: `import requests
from functions.api import function
from functions.sources import get_source
from external_systems.sources import OauthCredentials, Refreshable, SourceCredentials

@function(sources=["myOAuthSourceAlias"])
def call_external_api() -> str:
    source = get_source("myOAuthSourceAlias")
    url = source.get_https_connection().url
    refreshable_credentials: Refreshable[SourceCredentials] = source.get_session_credentials()
    session_credentials: SourceCredentials = refreshable_credentials.get()
    if not isinstance(session_credentials, OauthCredentials):
        raise ValueError("Expected OAuth credentials")
    access_token: str = session_credentials.access_token
    response = requests.get(
        url + "/api/v1/resource",
        headers={"Authorization": f"Bearer {access_token}"},
        timeout=10,
    )
    return response.text
`,
  withOntology: `from functions.api import function, OntologyEdit
from functions.sources import get_source
from ontology_sdk import FoundryClient
from ontology_sdk.ontology.objects import UserProfile

@function(sources=["myOAuthSourceAlias"], edits=[UserProfile])
def link_user_profile() -> list[OntologyEdit]:
    source = get_source("myOAuthSourceAlias")
    url = source.get_https_connection().url
    client = source.get_https_connection().get_client()
    response = client.get(url + "/v1/me", timeout=10)
    response.raise_for_status()
    profile = response.json()
    ontology_edits = FoundryClient().ontology.edits()
    ontology_edits.objects.UserProfile.create(
        profile["id"],
        display_name=profile["display_name"],
    )
    return ontology_edits.get_edits()
`,
} as const;
