"""The settings of sign-in through another organisation's identity provider."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harmfree.web import environment
from harmfree.web.errors import SettingError

PROVIDER = "organisation"
"""Stands in the addresses that the identity provider is told."""


def provider_from_environment() -> dict[str, dict[str, Any]]:
    """What allauth is told about the provider; nothing when none is set.

    Raises:
        SettingError: an address without a client, a client that cannot prove who it is, or a key
            that cannot be read.
    """
    address = environment.text("HARMFREE_OIDC_ISSUER")
    if not address:
        return {}
    client = environment.text("HARMFREE_OIDC_CLIENT_ID")
    if not client:
        raise SettingError(
            "HARMFREE_OIDC_ISSUER is set, HARMFREE_OIDC_CLIENT_ID is not.",
            do="Set the client that the identity provider gave you.",
        )
    secret, key = environment.text("HARMFREE_OIDC_CLIENT_SECRET"), _private_key()
    if bool(secret) == bool(key):
        raise SettingError(
            "The identity provider needs either a client secret or a private key.",
            do="Set HARMFREE_OIDC_CLIENT_SECRET or HARMFREE_OIDC_PRIVATE_KEY_FILE, not both.",
        )
    name = environment.text("HARMFREE_OIDC_NAME", "your organisation's account")
    return provider(
        address,
        client,
        secret=secret,
        private_key=key,
        key_id=environment.text("HARMFREE_OIDC_KEY_ID"),
        name=name,
        auth_params=environment.json_setting("HARMFREE_OIDC_PARAMETERS") or {},
    )


def provider(address: str, client: str, **more: Any) -> dict[str, dict[str, Any]]:
    """allauth's description of one provider.

    Args:
        address: the issuer; its `/.well-known/openid-configuration` tells the rest.
        client: the client's name at the provider.
        more: secret, private_key (PEM), key_id, name, auth_params (such as acr_values).
    """
    settings = {
        "server_url": address,
        "private_key": more.get("private_key", ""),
        "key_id": more.get("key_id", ""),
        "auth_params": more.get("auth_params", {}),
        "oauth_pkce_enabled": True,
    }
    app = {
        "provider_id": PROVIDER,
        "name": more.get("name", PROVIDER),
        "client_id": client,
        "secret": more.get("secret", ""),
        "settings": settings,
    }
    return {"openid_connect": {"APPS": [app]}}


def _private_key() -> str:
    name = environment.text("HARMFREE_OIDC_PRIVATE_KEY_FILE")
    if not name:
        return ""
    try:
        return Path(name).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as wrong:
        raise SettingError(
            "The private key for the identity provider cannot be read.", where=name
        ) from wrong
