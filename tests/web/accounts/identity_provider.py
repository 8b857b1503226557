"""An identity provider on this machine: real HTTP, real signatures, and faults on demand."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

CLIENT, SECRET = "harmfree", "a client secret"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: what was asked is in `Provider.asked`."""


class Provider:
    """Signs in `person`; each fault that a test sets is put into what it answers."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.client_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.server = make_server("127.0.0.1", 0, self.answer, handler_class=Quiet)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.person: dict[str, Any] = {"sub": "u-1", "email_verified": True}
        self.codes: dict[str, dict[str, str]] = {}
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.seen: set[str] = set()
        self.sign_with: Any = self.key
        self.algorithm = "RS256"
        self.by_key = False
        # Looking this often whether to stop, it stops at once, not after half a second.
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def client_pem(self) -> str:
        """The private key of the client, as its file holds it."""
        kind = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return self.client_key.private_bytes(*kind).decode()

    def authorize(self, address: str) -> dict[str, str]:
        """What a person's browser brings back after signing in there."""
        given = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert given["response_type"] == "code" and given["code_challenge_method"] == "S256"
        assert given["client_id"] == CLIENT and "openid" in given["scope"].split()
        self.asked.append(("authorize", given))
        code = secrets.token_urlsafe(8)
        self.codes[code] = given
        return {"code": code, "state": given["state"]}

    def answer(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        path = environ["PATH_INFO"].strip("/").replace(".", "").replace("-", "_")
        self.asked.append((path, form))
        handler = getattr(self, "on_" + path.split("/")[-1])
        status, content = handler(form)
        start(status, [("Content-Type", "application/json")])
        return [json.dumps(content).encode()]

    def on_openid_configuration(self, _: dict[str, str]) -> tuple[str, Any]:
        return "200 OK", {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        }

    def on_jwks(self, _: dict[str, str]) -> tuple[str, Any]:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return "200 OK", {"keys": [public | {"kid": "k1", "alg": "RS256", "use": "sig"}]}

    def on_userinfo(self, _: dict[str, str]) -> tuple[str, Any]:
        return "200 OK", self.person | self.userinfo

    def on_token(self, form: dict[str, str]) -> tuple[str, Any]:
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or not self.client_is_right(form):
            return "401 Unauthorized", {"error": "invalid_client"}
        hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
        if challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return "400 Bad Request", {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked.get("nonce", ""),
        }
        claims |= self.person | self.claims
        token = jwt.encode(claims, self.sign_with, algorithm=self.algorithm, headers={"kid": "k1"})
        return "200 OK", {"access_token": "t", "token_type": "Bearer", "id_token": token}

    def client_is_right(self, form: dict[str, str]) -> bool:
        if not self.by_key:
            return form.get("client_secret") == SECRET and form["client_id"] == CLIENT
        if "client_secret" in form or form.get("client_assertion_type") != JWT_BEARER:
            return False
        claims = jwt.decode(
            form["client_assertion"],
            self.client_key.public_key(),
            algorithms=["RS512"],
            audience=f"{self.issuer}/token",
            issuer=CLIENT,
            options={"require": ["exp", "iat", "jti", "sub"]},
        )
        fresh = claims["jti"] not in self.seen
        self.seen.add(claims["jti"])
        return fresh and claims["sub"] == CLIENT
