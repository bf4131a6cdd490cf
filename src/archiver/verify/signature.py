"""The signature in datapackage-digest.json (WACZ Signing 0.1.0): its form, what it is of, and whether its key made it.

`cryptography` is imported when a signature is there to be checked.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from archiver.findings import Finding

_ANONYMOUS = ("hash", "created", "software", "signature", "publicKey")
_DOMAIN = ("hash", "created", "software", "signature", "domain", "domainCert", "timeSignature", "timestampCert")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,10000}={0,2}")


def check(signed: object, digest: object) -> Iterator[Finding]:
    """What is wrong with `signedData`; `digest` is the `hash` of the digest file, which it has to be about."""
    if not isinstance(signed, dict):
        yield _fault("signedData is not a JSON object.")
        return
    domain = "domain" in signed or "domainCert" in signed
    for key in _DOMAIN if domain else _ANONYMOUS:
        if not isinstance(signed.get(key), str):
            yield _fault(f"signedData has no `{key}`.")
    if signed.get("hash") != digest:
        yield _fault("The signature is of another hash than the digest file states.", found=signed.get("hash"))
    elif isinstance(signed.get("signature"), str):
        yield from _checked(signed, domain=domain)
    if domain:
        message = "Whose key it is, and when it was used, is not checked: that needs trusted roots."
        yield Finding(code="W441", message=message, found=str(signed.get("domain"))[:200])


def _checked(signed: Mapping[str, Any], *, domain: bool) -> Iterator[Finding]:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        key = _domain_key(signed) if domain else _public_key(signed)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            yield _fault("The signature's key is not of an elliptic curve.")
            return
        signature = _decoded(signed["signature"])
        _verify(key, signature, signed["hash"].encode())
    except InvalidSignature:
        yield _fault("The signature was not made with its key over its hash.")
    except (ValueError, TypeError, KeyError, AttributeError, UnsupportedAlgorithm) as error:
        yield _fault(f"The signature or its key cannot be read: {error}"[:300])


def _verify(key: Any, signature: bytes, data: bytes) -> None:
    """Players take r and s side by side, signing servers write DER; either is a signature. Raises InvalidSignature."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    size = (key.curve.key_size + 7) // 8
    if len(signature) == 2 * size:
        r, s = (int.from_bytes(part, "big") for part in (signature[:size], signature[size:]))
        signature = utils.encode_dss_signature(r, s)
    key.verify(signature, data, ec.ECDSA(hashes.SHA256()))


def _public_key(signed: Mapping[str, Any]) -> Any:
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    return load_der_public_key(_decoded(signed["publicKey"]))


def _domain_key(signed: Mapping[str, Any]) -> Any:
    from cryptography.x509 import load_pem_x509_certificate

    return load_pem_x509_certificate(signed["domainCert"].encode()).public_key()


def _decoded(text: str) -> bytes:
    if not _BASE64.fullmatch(text):
        raise ValueError("no base64")
    return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))


def _fault(message: str, found: object = None) -> Finding:
    return Finding(code="E440", message=message, path="$.signedData", found=None if found is None else str(found)[:200])
