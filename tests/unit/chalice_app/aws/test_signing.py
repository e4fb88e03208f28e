from __future__ import annotations

from datetime import UTC, datetime

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from chalice_app.aws import signing
from chalice_app.config import AwsIdentity

HOST = "secretsmanager.eu-central-1.amazonaws.com"
WORDS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1)


def botocores(
    identity: AwsIdentity, headers: dict[str, str], body: bytes, region: str, now: float
) -> str:
    """The Authorization header that botocore makes."""
    request = AWSRequest("POST", f"https://{HOST}/", headers, body)
    credentials = Credentials(
        identity.access_key_id, identity.secret_access_key, identity.session_token
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "botocore.auth.get_current_datetime", lambda: datetime.fromtimestamp(now, UTC)
        )
        SigV4Auth(credentials, "secretsmanager", region).add_auth(request)
    return str(request.headers["Authorization"])


@given(
    identity=st.builds(
        AwsIdentity,
        access_key_id=WORDS,
        secret_access_key=WORDS,
        session_token=st.none() | WORDS,
    ),
    target=WORDS,
    body=st.binary(),
    region=WORDS,
    now=st.floats(0, 4e9),
)
def test_a_signature_is_botocores(
    identity: AwsIdentity, target: str, body: bytes, region: str, now: float
) -> None:
    headers = {"host": HOST, "content-type": "application/x-amz-json-1.1", "x-amz-target": target}

    ours = signing.signed_headers(
        identity, headers, body, service="secretsmanager", region=region, now=now
    )

    assert ours["authorization"] == botocores(identity, headers, body, region, now)
    assert headers.items() <= ours.items()
    assert ours.get("x-amz-security-token") == identity.session_token
