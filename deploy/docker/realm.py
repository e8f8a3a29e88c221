"""Keycloak's realm with the fictional people of the development stack, to try the platform with.

`python -m deploy.docker.realm > deploy/docker/keycloak/realm.json`; a test fails when it is stale.
"""

import json
import sys
from collections.abc import Mapping

from deploy.local.people import PEOPLE, Person
from shared.contracts.actor import Role

Part = Mapping[str, object]

REALM = "vcms"
CLIENT = "terminal"
AUDIENCE = "vcms"
FROM_ENVIRONMENT = "${PEOPLE_PASSWORD}"
"""Keycloak puts the variable's value here while it imports."""

UUID_PATTERN = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


OWN = {"view": ["admin", "user"], "edit": ["admin", "user"]}
GIVEN = {"view": ["admin", "user"], "edit": ["admin"]}
"""Nobody but an administrator says to which organisation a person belongs."""

ATTRIBUTES = (
    *({"name": name, "permissions": OWN} for name in ("username", "email")),
    *({"name": name, "permissions": OWN} for name in ("firstName", "lastName")),
    {
        "name": "organisation",
        "displayName": "Organisation",
        "permissions": GIVEN,
        "validations": {"pattern": {"pattern": UUID_PATTERN, "error-message": "not a UUID"}},
    },
)


def realm() -> Part:
    return {
        "realm": REALM,
        "displayName": "Victim Case Management System (an example)",
        "enabled": True,
        "bruteForceProtected": True,
        "roles": {"realm": [{"name": role.value} for role in Role]},
        "clients": [terminal()],
        "users": [user(person) for person in PEOPLE],
        "components": {
            "org.keycloak.userprofile.UserProfileProvider": [
                {
                    "providerId": "declarative-user-profile",
                    "config": {"kc.user.profile.config": [json.dumps({"attributes": ATTRIBUTES})]},
                }
            ]
        },
    }


def terminal() -> Part:
    """A public client for who tries the API by hand: user name and password for a token."""
    return {
        "clientId": CLIENT,
        "publicClient": True,
        "standardFlowEnabled": False,
        "directAccessGrantsEnabled": True,
        "protocolMappers": [audience(), organisation(), roles()],
    }


def user(person: Person) -> Part:
    first, _, last = person.name.partition(" ")
    return {
        "id": str(person.id),
        "username": person.key,
        "firstName": first,
        "lastName": last,
        "email": f"{person.key}@{person.organisation.key}.example",
        "emailVerified": True,
        "enabled": True,
        "attributes": {"organisation": [str(person.organisation.id)]},
        "realmRoles": [role.value for role in person.roles],
        "credentials": [{"type": "password", "value": FROM_ENVIRONMENT}],
    }


def audience() -> Part:
    return mapper(
        "audience",
        "oidc-audience-mapper",
        {"included.custom.audience": AUDIENCE, "id.token.claim": "false"},
    )


def organisation() -> Part:
    return mapper(
        "organisation",
        "oidc-usermodel-attribute-mapper",
        {
            "user.attribute": "organisation",
            "claim.name": "organisation",
            "jsonType.label": "String",
            "id.token.claim": "true",
        },
    )


def roles() -> Part:
    return mapper(
        "roles",
        "oidc-usermodel-realm-role-mapper",
        {
            "claim.name": "roles",
            "jsonType.label": "String",
            "multivalued": "true",
            "id.token.claim": "false",
        },
    )


def mapper(name: str, kind: str, config: Mapping[str, str]) -> Part:
    return {
        "name": name,
        "protocol": "openid-connect",
        "protocolMapper": kind,
        "config": {"access.token.claim": "true", "introspection.token.claim": "true", **config},
    }


if __name__ == "__main__":
    json.dump(realm(), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
