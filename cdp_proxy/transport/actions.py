"""act, observe, extract, navigate and screenshot, as the API asks for them, on a live session."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cdp_proxy.core.actions.act import Act, SpelledOut
from cdp_proxy.core.actions.extraction import ExtractWish
from cdp_proxy.core.actions.guide import Guide
from cdp_proxy.core.actions.observe import observe
from cdp_proxy.core.actions.performing import paging
from cdp_proxy.core.actions.performing.work import Work
from cdp_proxy.core.actions.picture import take_picture
from cdp_proxy.core.actions.ports import BlockedByDialog, CommandFailed
from cdp_proxy.core.actions.reading import read_page
from cdp_proxy.core.actions.steps import Method
from cdp_proxy.core.commands import history
from cdp_proxy.transport.attached_tab import AttachedTab
from cdp_proxy.transport.models.configured import Models
from cdp_proxy.transport.screenshots import ScreenshotStore
from cdp_proxy.transport.session import LiveSession
from shared.actions import (
    ActBody,
    ActionBody,
    ActionRequest,
    ExtractBody,
    ImageFormat,
    ModelOptions,
    ModelUse,
    NavigateBody,
    ObserveBody,
    ScreenshotBody,
    StepScreenshots,
)
from shared.errors import (
    ActionTimeout,
    InvalidRequest,
    ScreenshotNotStored,
    TargetDetached,
    TargetNotFound,
)

Answer = dict[str, object]


class Actions:
    """Runs them, one at a time in each session (`running.ActionRunner`)."""

    def __init__(self, screenshots: ScreenshotStore, models: Models) -> None:
        """`screenshots` says where pictures go, `models` who is asked what rules cannot tell."""
        self._screenshots = screenshots
        self._models = models

    async def run(
        self, session: LiveSession, request: ActionRequest[ActionBody]
    ) -> Mapping[str, object]:
        """Run one; see `ActionRunner`."""
        body = request.body
        deadline = session.pages.now() + body.timeout_ms / 1000
        try:
            if session.takeover.held and not isinstance(body, ActBody | NavigateBody):
                # It only reads: it does not wait for an action that waits for a human.
                return await self._do(
                    session, await self._tab_for(session, body), request, deadline
                )
            async with session.pages.turn:
                tab = await self._tab_for(session, body)
                tab.watch(watching=True)
                try:
                    return await self._do(session, tab, request, deadline)
                except BlockedByDialog:
                    paging.check_dialog(tab)
                    raise
                finally:
                    tab.watch(watching=False)
        except CommandFailed as error:
            if session.pages.now() >= deadline:
                raise ActionTimeout(f"The page did not answer in time: {error}") from error
            raise TargetDetached(f"The page could not be reached: {error}") from error

    async def _tab_for(self, session: LiveSession, body: ActionBody) -> AttachedTab:
        pages = session.pages
        try:
            return await pages.tab(body.target_id)
        except TargetNotFound:
            if not isinstance(body, NavigateBody):
                raise
            await session.takeover.passage("Target.createTarget")
            return await pages.tab(await pages.open())

    async def _do(
        self,
        session: LiveSession,
        tab: AttachedTab,
        request: ActionRequest[ActionBody],
        deadline: float,
    ) -> Answer:
        body = request.body
        match body:
            case ActBody():
                guide = self._guide(body.model, request)
                acting = _Acting(
                    session, tab, body, deadline, screenshots=self._screenshots, guide=guide
                )
                return await acting.run()
            case ObserveBody():
                guide = self._guide(body.model, request)
                seen = await observe(Work(tab, deadline), body.instruction, guide)
                return _with_usage({"actions": [action.as_json() for action in seen]}, guide)
            case ExtractBody():
                guide = self._guide(body.model, request)
                return _with_usage(await self._extract(Work(tab, deadline), body, guide), guide)
            case NavigateBody():
                await paging.navigate(tab, body.url, body.wait_until.value, deadline)
                return {**await where(tab), "status": tab.activity.navigation.status}
            case ScreenshotBody():
                return await self._screenshot(session, tab, body)
            case _:
                raise InvalidRequest("There is no such action.", field="body")

    def _guide(self, wanted: ModelOptions, request: ActionRequest[ActionBody]) -> Guide | None:
        chosen = self._models.choose(wanted, request.model_api_key)
        if chosen is None:
            return None
        return Guide(chosen.model, always=chosen.use is ModelUse.ALWAYS)

    async def _extract(self, work: Work, body: ExtractBody, guide: Guide | None) -> Answer:
        wish = ExtractWish(
            schema=body.schema,
            selector=body.selector,
            format=body.format.value if body.format is not None else None,
            instruction=body.instruction,
        )
        read = await read_page(work, wish, guide)
        return {
            "result": read.result,
            "missing": list(read.missing),
            "url": read.url,
            "title": read.title,
        }

    async def _screenshot(
        self, session: LiveSession, tab: AttachedTab, body: ScreenshotBody
    ) -> Answer:
        picture = await take_picture(
            tab,
            body.format.value,
            body.quality,
            full_page=body.full_page,
            selector=body.selector,
        )
        kept = await self._screenshots.put(session.spec.session_id, picture.base64, body.format)
        return {
            "format": body.format.value,
            "width": picture.width,
            "height": picture.height,
            **kept,
        }


class _Acting:
    """One act: its steps, the tabs it opens, its pictures."""

    def __init__(
        self,
        session: LiveSession,
        tab: AttachedTab,
        body: ActBody,
        deadline: float,
        *,
        screenshots: ScreenshotStore,
        guide: Guide | None,
    ) -> None:
        self._session = session
        self._body = body
        self._guide = guide
        self._screenshots = screenshots
        self._work = Work(tab, deadline, variables=body.variables, upload=self._upload_path)
        self._before = set(session.pages.tabs.ids)
        self._tab = tab
        self._pictures: list[Answer] = []

    async def run(self) -> Answer:
        """Do it; what the API answers."""
        began = self._tab.now()
        act = Act(self._work, self._after_step, self._guide)
        body = self._body
        if body.instruction is not None:
            await act.instruction(body.instruction)
        elif body.action is not None:
            action = body.action
            await act.action(
                SpelledOut(
                    method=Method(action.method),
                    selector=action.selector,
                    backend_node_id=action.backend_node_id,
                    arguments=action.arguments,
                    description=action.description,
                )
            )
        return await self._answer(began)

    async def _answer(self, began: float) -> Answer:
        work, tab = self._work, self._tab
        answer: Answer = {
            "performed": [done.as_json() for done in work.log.performed],
            **await where(tab),
            "newTargets": self._new_targets(),
            "durationMs": round(1000 * (tab.now() - began)),
            "log": work.log.entries,
        }
        if tab.dialog is not None:
            answer["dialog"] = {"kind": tab.dialog.kind, "text": tab.dialog.text}
        if self._body.screenshot is StepScreenshots.FINAL:
            await self._photograph()
        if self._pictures:
            answer["screenshot"] = self._pictures[-1]
        if self._body.screenshot is StepScreenshots.EACH:
            answer["screenshots"] = self._pictures
        return _with_usage(answer, self._guide)

    def _new_targets(self) -> list[dict[str, str]]:
        """The tabs that were opened meanwhile and are still open."""
        tabs = self._session.pages.tabs
        opened = [tabs.get(target) for target in tabs.ids if target not in self._before]
        return [
            {"targetId": info.target_id, "url": info.url, "title": info.title}
            for info in opened
            if info is not None
        ]

    async def _after_step(self) -> None:
        """Go on in the tab that the step has opened, if any; take the step's picture."""
        await self._follow_new_tab()
        if self._body.screenshot is StepScreenshots.EACH:
            await self._photograph()

    async def _follow_new_tab(self) -> None:
        pages = self._session.pages
        opened = [
            target
            for target in pages.tabs.ids
            if target not in self._before and target != self._tab.target_id
        ]
        gone = pages.tabs.get(self._tab.target_id) is None
        if not gone and not any(pages.tabs.opened_by(self._tab.target_id, it) for it in opened):
            return
        self._tab.watch(watching=False)
        self._tab = await pages.tab(opened[-1] if opened else None)
        self._tab.watch(watching=True)
        self._work.tab = self._tab
        await self._work.settle()

    async def _photograph(self) -> None:
        """Take a picture; that it fails undoes nothing of what was done, so it is only told."""
        if self._tab.dialog is not None:
            return  # Chromium captures nothing while one is open
        try:
            picture = await take_picture(self._tab)
            kept = await self._screenshots.put(
                self._session.spec.session_id, picture.base64, ImageFormat.PNG
            )
        except (CommandFailed, ScreenshotNotStored) as error:
            self._pictures.append({"error": str(error)})
            return
        self._pictures.append(
            {"format": "png", "width": picture.width, "height": picture.height, **kept}
        )

    def _upload_path(self, name: str) -> str:
        folders = self._session.browser.folder.folders
        path = Path(folders.uploads, name)
        if not folders.holds(str(path)) or not path.is_file():
            raise InvalidRequest(
                f"The session has no upload named {name}: send it to its uploads first.",
                field="instruction",
            )
        return str(path)


def _with_usage(answer: Answer, guide: Guide | None) -> Answer:
    """An answer with what its questions to a model cost."""
    if guide is not None and guide.usage:
        answer["usage"] = guide.usage_json()
    return answer


async def where(tab: AttachedTab) -> dict[str, str]:
    """Address and title of a tab; what blocks its page does not block this."""
    index, entries = await tab.browser_call(history())
    return {"url": entries[index].url, "title": entries[index].title}
