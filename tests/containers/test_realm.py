"""Keycloak's realm: the people of the development stack, and nobody says where they belong."""

import json
from collections.abc import Mapping
from typing import Any

from deploy.docker import realm
from deploy.local.oidc.tokens import AUDIENCE
from deploy.local.people import PEOPLE
from shared.contracts.actor import Role
from shared.runtime.settings import IdentitySettings
from tests.architecture.tree import ROOT
from tests.containers.compose import compose

FILE = ROOT / "deploy" / "docker" / "keycloak" / "realm.json"
REALM: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))


def test_the_file_is_what_the_module_writes() -> None:
    assert realm.realm() == REALM


def test_everybody_has_the_same_id_organisation_and_roles_as_on_the_local_stack() -> None:
    told = {
        (user["id"], user["username"], *user["attributes"]["organisation"], *user["realmRoles"])
        for user in REALM["users"]
    }
    assert told == {
        (str(one.id), one.key, str(one.organisation.id), *(role.value for role in one.roles))
        for one in PEOPLE
    }
    assert {role["name"] for role in REALM["roles"]["realm"]} == {role.value for role in Role}


def test_no_password_stands_in_the_file() -> None:
    secrets = {secret["value"] for user in REALM["users"] for secret in user["credentials"]}
    assert secrets == {"${PEOPLE_PASSWORD}"}
    assert all(client["publicClient"] and "secret" not in client for client in REALM["clients"])


def test_its_tokens_have_what_the_services_look_for() -> None:
    (client,) = REALM["clients"]
    told = {mapper["name"]: mapper["config"] for mapper in client["protocolMappers"]}
    fields = IdentitySettings.model_fields
    assert told["organisation"]["claim.name"] == fields["oidc_organisation_claim"].default
    assert told["roles"]["claim.name"] == fields["oidc_roles_claim"].default
    assert told["audience"]["included.custom.audience"] == AUDIENCE
    assert compose().services["cases"].environment["VCMS_OIDC_AUDIENCE"] == AUDIENCE
    assert all(config["access.token.claim"] == "true" for config in told.values())


def test_only_an_administrator_says_where_somebody_belongs() -> None:
    (profile,) = REALM["components"]["org.keycloak.userprofile.UserProfileProvider"]
    (told,) = map(json.loads, profile["config"]["kc.user.profile.config"])
    editors = {one["name"]: one["permissions"]["edit"] for one in told["attributes"]}
    assert editors.pop("organisation") == ["admin"]
    assert all("user" in may for may in editors.values())
    assert "unmanagedAttributePolicy" not in told
