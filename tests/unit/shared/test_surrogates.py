from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.surrogates import mend_surrogates


def halved(text: str) -> str:
    """What a text is once its lone surrogates are replaced; halves that meet make a pair."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class TestLoneSurrogates:
    @pytest.mark.parametrize(
        ("text", "mended"),
        [
            (rb'"\ud83d"', rb'"\ufffd"'),
            (rb'"\uDC00 x"', rb'"\ufffd x"'),
            (rb'"\ud83d\ude00"', rb'"\ud83d\ude00"'),
            (rb'"\ud83d\ud83d\ude00\ude00"', rb'"\ufffd\ud83d\ude00\ufffd"'),
            (rb'"\\ud83d"', rb'"\\ud83d"'),
            (rb'"\\\ud83d"', rb'"\\\ufffd"'),
            (rb'["\ud83d","\ude00"]', rb'["\ufffd","\ufffd"]'),
            (b'"\0\0\\ud83d"', b'"\0\0\\ud83d"'),
        ],
    )
    def test_become_the_replacement_character(self, text: bytes, mended: bytes) -> None:
        assert mend_surrogates(text) == mended

    @given(st.lists(st.text(alphabet='\ud83d\ude00\ud800\udfff\\u"dx\n\U0001f600', max_size=30)))
    def test_are_all_that_changes(self, texts: list[str]) -> None:
        mended = mend_surrogates(json.dumps(texts).encode())

        assert json.loads(mended) == [halved(text) for text in texts]
        assert msgspec.json.decode(mended) == json.loads(mended)
