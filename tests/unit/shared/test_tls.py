from __future__ import annotations

import ssl

from shared.tls import client_context


def test_certificates_and_names_are_verified() -> None:
    context = client_context()

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_it_is_made_once() -> None:
    assert client_context() is client_context()
