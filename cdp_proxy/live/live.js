/**
 * The live page: a session's picture, and everything a person may do with it.
 *
 * It is given to the holder of a token with the scope `view`; what touches needs `input` too. The
 * address of the channel is made from the page's own, so that any TLS proxy and path prefix do.
 */

import { Connection } from "./connection.js";
import { Control } from "./control.js";
import { copyHere } from "./copy.js";
import { Dialogs } from "./dialogs.js";
import { Keyboard, modifiersOf } from "./keyboard.js";
import { show, toast } from "./notices.js";
import { usePasteButton } from "./paste.js";
import { Picker } from "./picker.js";
import { Pace, Picture, parseFrame } from "./picture.js";
import { Pointer } from "./pointer.js";
import { BLANK, Tabs, addressOf } from "./tabs.js";
import { View } from "./view.js";

const SCREENCAST = { quality: 80, idleThreshold: 3_000 };
const PACE_EVERY_MS = 500;
const ONLY_WATCHES = "This link can only watch";
/** A picture that is shown this small on a phone is worth a pinch. */
const SMALL = 0.6;
const COARSE = matchMedia("(pointer: coarse)");

/** Titles by the status that a connection is refused with for good. */
const OVER = {
  401: "This link is not valid any more",
  403: "This link is not for watching",
  404: "The session is gone",
  410: "The session has ended",
};

const $ = (selector) => document.querySelector(selector);
const { body } = document;
const stage = $("#stage");
const state = {
  sessionId: "",
  scopes: [],
  seen: false,
  streaming: false,
  idle: false,
  touched: false,
  typing: false,
  failure: "",
  busy: 0,
  retryAt: 0,
  ended: false,
  title: "",
  text: "",
};

/** An address of the container's, beside the page's own, with the token. */
function beside(path) {
  const url = new URL(path, location.href);
  url.search = url.hash = "";
  url.searchParams.set("token", new URLSearchParams(location.search).get("token") ?? "");
  return url;
}

function channelUrl() {
  const url = beside("internal/ws");
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

const pace = new Pace();
const picture = new Picture($("#screen"), (frame) => {
  pace.add(frame, connection.roundTrip);
  view.resize(frame.width, frame.height);
  if (!state.seen) {
    state.seen = true;
    view.place();
    render();
  }
});
const view = new View(stage, $("#screen"), (zoomed) => {
  $("#fit").hidden = !zoomed;
  state.touched ||= zoomed;
  $("#pinch-hint").hidden = state.touched || !COARSE.matches || !state.seen || view.scale > SMALL;
});
const connection = new Connection(channelUrl(), location.href, {
  message: received,
  frame: (buffer) => {
    const frame = parseFrame(buffer);
    if (frame) picture.show(frame);
  },
  up: () => {
    dialogs.forget();
    tabs.forgetCalls();
    picker.update({});
    pointer.reset();
  },
  down: lost,
  over: (status, _code, message) => end(OVER[status], message),
});
const tabs = new Tabs($("#tabs"), $("#address"), (action, targetId) => tab(action, { targetId }));
const control = new Control(
  (holder, ttlSeconds) => attempt({ type: "CONTROL", holder, ttlSeconds }),
  () => Date.now() - pace.clockAhead,
);
const dialogs = new Dialogs(
  $("#dialog"),
  (action, targetId, text) => tab(action, { targetId, text }),
  () => queueMicrotask(backToPage), // once the keyboard is allowed again
);
const picker = new Picker(
  $("#picker"),
  (choice) => input({ kind: "choose", ...choice }),
  () => beside(`sessions/${state.sessionId}/uploads`).href,
  backToPage,
);
const keyboard = new Keyboard($("#keys"), $("#preedit"), input, command, async (text) => {
  if (!(await copyHere(text, $("#keys")))) toast("This browser does not let the page copy.");
  keyboard.clear();
});
const pointer = new Pointer(view, $("#backdrop"), input, {
  connected: mayTouch,
  enabled: () => mayTouch() && !dialogs.shown,
  modifiers: modifiersOf,
  pressed: (event) => {
    const box = stage.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    picker.pressed(x, y);
    if (connection.open && !state.scopes.includes("input")) toast(ONLY_WATCHES);
    else if (event.pointerType === "touch") {
      if (keyboard.focused) keyboard.clear();
      state.touched = true;
      view.place();
    } else {
      keyboard.focus(x, y);
    }
  },
});

/** The keyboard is the page's again; on a phone it goes away until it is asked for. */
function backToPage() {
  if (COARSE.matches) document.activeElement?.blur();
  else keyboard.focus();
}

function mayTouch() {
  return connection.open && state.scopes.includes("input");
}

// What is sent

/** Send a message; what stands in its way is shown. The answer, or null. */
async function attempt(message, silent = ["DISCONNECTED"]) {
  try {
    return await connection.request(message);
  } catch (error) {
    if (!silent.includes(error.code)) toast(error.message);
    return null;
  }
}

function input(event) {
  if (!mayTouch()) return Promise.resolve(null);
  control.touched();
  // A page that goes away while the pointer moves over it is no news, nor is a dialog, which is seen.
  const silent = ["DISCONNECTED", "TARGET_DETACHED", "DIALOG_OPEN"];
  return attempt({ type: "INPUT_EVENT", event }, silent);
}

async function tab(action, details = {}) {
  const targetId = tabs.activeId ?? undefined;
  control.touched();
  state.busy += 1;
  body.dataset.loading = "";
  const answer = await attempt({ type: "TAB_COMMAND", action, targetId, ...details });
  state.busy -= 1;
  if (!state.busy) delete body.dataset.loading;
  return answer;
}

function command(name) {
  if (name === "address") $("#address").focus();
  else tab(name);
}

async function watch() {
  const wanted = connection.open && !document.hidden;
  if (wanted === state.streaming) return;
  state.streaming = wanted;
  if (wanted) {
    pace.begin();
    state.idle = false;
    const started = await attempt({ type: "START_SCREENCAST", options: SCREENCAST });
    if (!started) state.streaming = false;
  } else if (connection.open) {
    await attempt({ type: "STOP_SCREENCAST" });
  }
}

// What comes

function received(message) {
  switch (message.type) {
    case "HELLO":
      state.sessionId = message.sessionId;
      state.scopes = message.scopes;
      state.failure = "";
      control.update(message.control);
      tabs.update(message.tabs, message.activeTargetId);
      render();
      // What was held when the last connection was lost is still held there.
      keyboard.release();
      pointer.release();
      if (state.typing) keyboard.focus();
      state.typing = false;
      watch();
      return;
    case "TABS":
      tabs.update(message.tabs, message.activeTargetId);
      if (message.tabs.length) state.failure = "";
      break;
    case "CONTROL_STATE":
      control.update(message.control);
      break;
    case "DIALOG":
      dialogs.update(message);
      tabs.calls(message.targetId, Boolean(message.kind));
      break;
    case "PICKER":
      picker.update(message);
      break;
    case "SCREENCAST_IDLE":
      state.idle = message.idle;
      break;
    case "SCREENCAST_FAILED":
      state.failure = message.message;
      state.seen = false;
      break;
    case "SESSION_ENDED":
      connection.finish();
      end("The session has ended", message.message);
      return;
    default:
      return;
  }
  render();
}

function lost(retryAt) {
  state.streaming = false;
  state.retryAt = retryAt;
  state.typing ||= keyboard.focused;
  render();
}

function end(title, text) {
  Object.assign(state, { ended: true, title, text });
  render();
}

// What is seen

function render() {
  const touch = mayTouch();
  const scoped = state.scopes.includes("input");
  body.dataset.connection = state.ended ? "ended" : connection.open ? "open" : "lost";
  body.dataset.touch = touch ? "yes" : "no";
  const why = connection.open && !scoped ? ONLY_WATCHES : "";
  for (const element of document.querySelectorAll("[data-touches]")) {
    element.disabled = !touch;
    if (why) element.title = why;
  }
  dialogs.show(tabs.activeId);
  picker.show(tabs.activeId, touch);
  keyboard.allow(scoped, touch && !dialogs.shown);
  control.allow(touch, connection.open);
  document.title = `${tabs.active?.title || "Live browser"} · live`;
  renderConnection();
  renderCurtain();
  renderHint(touch);
}

function renderConnection() {
  const texts = { ended: "Ended", open: "Live", lost: state.seen ? "Reconnecting" : "Connecting" };
  show($("#connection"), texts[body.dataset.connection]);
}

function renderCurtain() {
  const [title, text, button] = curtain();
  $("#curtain").hidden = !title;
  body.toggleAttribute("data-waiting", !state.ended && !button && Boolean(title));
  show($("#curtain-title"), title);
  show($("#curtain-text"), text);
  show($("#curtain-button"), button);
  $("#curtain-button").hidden = !button;
}

function curtain() {
  if (state.ended) return [state.title, state.text, ""];
  if (!connection.open) {
    if (!state.retryAt) return [state.seen ? "Reconnecting" : "Connecting", "", ""];
    const seconds = Math.max(0, Math.ceil((state.retryAt - Date.now()) / 1000));
    return ["Connection lost", `Trying again in ${seconds} s`, "Try now"];
  }
  if (tabs.active?.crashed) {
    return ["This page has crashed", "", mayTouch() ? "Reload" : ""];
  }
  if (state.failure && !tabs.count) {
    return ["No tab is open", "", mayTouch() ? "Open a tab" : ""];
  }
  // A page that a dialog blocks before its first picture has none until it is answered.
  if (!state.seen && !dialogs.shown) return ["Waiting for the picture", state.failure, ""];
  return ["", "", ""];
}

function renderHint(touch) {
  const blank = touch && state.seen && tabs.active?.url === BLANK && !dialogs.shown;
  $("#hint").hidden = !blank;
  show($("#hint"), "This tab is empty. Type a web address above.");
}

function renderPace() {
  const { fps, ageMs } = pace.read();
  const moving = fps > 0 && ageMs !== null;
  const words = moving ? `${Math.round(fps)} fps · ${Math.round(ageMs)} ms` : "";
  show($("#pace"), connection.open ? words || (state.idle ? "Page idle" : "") : "");
  const { width, height } = view.frame;
  show($("#size"), state.seen ? `${width} × ${height}` : "");
  if (!connection.open && state.retryAt) renderCurtain();
}

// What is pressed

$("#back").addEventListener("click", () => tab("back"));
$("#forward").addEventListener("click", () => tab("forward"));
$("#reload").addEventListener("click", () => tab("reload"));
$("#fit").addEventListener("click", () => view.fit());
$("#new-tab").addEventListener("click", async () => {
  await tab("open", { targetId: undefined });
  $("#address").focus();
});
$("#address-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const url = addressOf($("#address").value);
  if (!url) {
    toast("That is no web address.");
    return;
  }
  tabs.expect(url);
  backToPage();
  const went = await tab(tabs.active ? "navigate" : "open", { url });
  if (!went) tabs.expect(null);
});
$("#address").addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  tabs.restore();
  backToPage();
});
$("#curtain-button").addEventListener("click", () => {
  if (!connection.open) connection.retryNow();
  else if (tabs.active) tab("reload");
  else tab("open", { targetId: undefined });
});

const keyboardButton = $("#keyboard");
// The button must not take the focus, or the keyboard would close before it is asked to.
keyboardButton.addEventListener("pointerdown", (event) => event.preventDefault());
keyboardButton.addEventListener("mousedown", (event) => event.preventDefault());
keyboardButton.addEventListener("click", () => {
  if (keyboard.focused) $("#keys").blur();
  else keyboard.focus();
});
for (const name of ["focus", "blur"]) {
  $("#keys").addEventListener(name, () => {
    body.toggleAttribute("data-typing", keyboard.focused);
    keyboardButton.setAttribute("aria-pressed", String(keyboard.focused));
  });
}

usePasteButton((text) => keyboard.paste(text));

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    keyboard.release();
    pointer.release();
  }
  watch();
});
addEventListener("blur", () => pointer.release());
// Where the keyboard of a phone covers the page instead of making it smaller.
visualViewport?.addEventListener("resize", () => {
  const { height, scale } = visualViewport;
  body.style.height = scale === 1 && height < innerHeight ? `${height}px` : "";
  scrollTo(0, 0);
});
setInterval(renderPace, PACE_EVERY_MS);

render();
connection.connect();
