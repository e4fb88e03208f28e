"""AWS Signature Version 4 of one POST, by hand.

Importing botocore's signer and its HTTP stack costs some 150 ms of a cold start, this costs none.
The tests hold every signature against botocore's.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from chalice_app.config import AwsIdentity

_ALGORITHM = "AWS4-HMAC-SHA256"


def signed_headers(
    identity: AwsIdentity,
    headers: Mapping[str, str],
    body: bytes,
    *,
    service: str,
    region: str,
    now: float,
) -> dict[str, str]:
    """All headers of a POST to `/`, signed.

    Args:
        identity: signs.
        headers: with lower-case names and single-spaced values; `host` is among them.
        body: of the request.
        service: as the signature names it, such as `secretsmanager`.
        region: of the service.
        now: epoch seconds; AWS allows five minutes of difference.
    """
    moment = datetime.fromtimestamp(now, UTC)
    stamp = moment.strftime("%Y%m%dT%H%M%SZ")
    all_headers = {**headers, "x-amz-date": stamp}
    if identity.session_token is not None:
        all_headers["x-amz-security-token"] = identity.session_token
    names = sorted(all_headers)
    listed = ";".join(names)
    canonical = "\n".join(
        [
            *("POST", "/", ""),
            *(f"{name}:{all_headers[name]}" for name in names),
            *("", listed, hashlib.sha256(body).hexdigest()),
        ]
    )
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{identity.secret_access_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(
        key, "\n".join([_ALGORITHM, stamp, scope, digest]).encode(), "sha256"
    ).hex()
    credential = f"{identity.access_key_id}/{scope}"
    return {
        **all_headers,
        "authorization": (
            f"{_ALGORITHM} Credential={credential}, SignedHeaders={listed}, Signature={signature}"
        ),
    }
