"""A model at hand for one request: asked about a page, its answer checked, its use counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cdp_proxy.core.actions.models.choices import Bounds, Plan, read_plan
from cdp_proxy.core.actions.models.extraction_answer import Reading, read_extraction
from cdp_proxy.core.actions.models.hiding import Hide, hide_values
from cdp_proxy.core.actions.models.prompts import act_prompt, extract_prompt, observe_prompt
from cdp_proxy.core.actions.models.signatures import SIGNATURES
from cdp_proxy.core.actions.outline import outline
from cdp_proxy.core.actions.ports import Model, Prompt, Usage
from cdp_proxy.core.actions.resolver import View
from cdp_proxy.core.actions.steps import Method
from shared.errors import ActionTimeout

_OUTLINE_CHARS_MAX = 200_000
"""Before it is cut to the model's budget by what the request is about."""


@dataclass(slots=True)
class Guide:
    """One request's model."""

    model: Model
    always: bool
    """Whether it is asked first, not only when the resolver is not sure."""
    usage: list[Usage] = field(default_factory=list)
    """Of all questions so far."""

    async def plan(
        self,
        view: View,
        instruction: str,
        hide: Hide,
        seconds: float,
        *,
        done: Sequence[str] = (),
        about: str = "",
    ) -> Plan:
        """What to do next for an instruction.

        Raises:
            ModelFailed: no answer, or one that may not be followed.
            ActionTimeout: there was no time left to ask.
        """
        bounds = Bounds(instruction=instruction, methods=_offered())
        prompt = act_prompt(_shown(view, hide), bounds, hide, done, about)
        return read_plan(await self._ask(prompt, seconds), view.snapshot, bounds)

    async def suggest(self, view: View, instruction: str, seconds: float) -> Plan:
        """What could be done on a page."""
        bounds = Bounds(instruction=instruction, methods=_offered())
        prompt = observe_prompt(_shown(view, _as_is), bounds, _as_is)
        return read_plan(await self._ask(prompt, seconds), view.snapshot, bounds)

    async def read(
        self, text: str, instruction: str, schema: Mapping[str, object] | None, seconds: float
    ) -> Reading:
        """What a page says."""
        prompt = extract_prompt(text, instruction, schema, _as_is)
        return read_extraction(await self._ask(prompt, seconds))

    async def _ask(self, prompt: Prompt, seconds: float) -> object:
        if seconds <= 0:
            raise ActionTimeout("There is no time left to ask the model.")
        answer = await self.model.ask(prompt, seconds)
        self.usage.extend(answer.usage)
        return answer.value

    def usage_json(self) -> list[dict[str, object]]:
        """As the API shows it: one entry for each attempt."""
        return [
            {
                "model": used.model,
                "inputTokens": used.input_tokens,
                "outputTokens": used.output_tokens,
            }
            for used in self.usage
        ]


def _shown(view: View, hide: Hide) -> str:
    return outline(hide_values(view.snapshot, hide), _OUTLINE_CHARS_MAX)


def _offered() -> frozenset[Method]:
    return frozenset(SIGNATURES) - {Method.WAIT_FOR, Method.WAIT_GONE}


def _as_is(text: str) -> str:
    return text
