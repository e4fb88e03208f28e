/**
 * The list, calendar or chooser that is open in the remote page: its browser's own, and in no picture.
 *
 * A list lies where it was pressed, and works with mouse, fingers and keys as lists do. For a date, a
 * time, a colour or files there is the local browser's own picker.
 */

import { Files } from "./files.js";

const TYPED_TOGETHER_MS = 800;
/** A list that opens so long after a press was not opened by it. */
const PRESSED_MS = 3_000;
const EDGE_PX = 8;
const BELOW_PX = 14;

export class Picker {
  #state = null;
  #shown = null;
  #answered = null;
  #pressed = { at: -Infinity, x: 0, y: 0 };
  #typed = { at: -Infinity, text: "" };

  /**
   * @param {HTMLFormElement} box
   * @param {(choice: {index?: number, value?: string, files?: string[]}) => Promise} choose an empty
   *   one closes it
   * @param {() => string} uploadsUrl of the session
   * @param {() => void} closed called when the box goes away, to bring the focus back
   */
  constructor(box, choose, uploadsUrl, closed) {
    this.box = box;
    this.choose = async (choice) => {
      const answered = this.#shown;
      if (this.#answered === answered) return; // by a click before: it is about to close
      this.#answered = answered;
      const done = await choose(choice);
      if (!done && this.#answered === answered) this.#answered = null;
    };
    this.closed = closed;
    this.files = new Files(box, uploadsUrl, this.choose);
    this.title = box.querySelector("#picker-title");
    this.list = box.querySelector("#picker-list");
    this.field = box.querySelector("#picker-value");
    this.buttons = box.querySelector(".buttons");
    box.querySelector("#picker-cancel").addEventListener("click", () => this.choose({}));
    box.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#shown?.kind === "file") this.files.open();
      else this.choose({ value: this.field.value });
    });
    box.addEventListener("keydown", (event) => this.#key(event));
    // The focus is on the line that the pointer is at, as in any list that has dropped down.
    this.list.addEventListener("pointermove", ({ target }) => {
      if (target.role === "option" && target !== document.activeElement) {
        target.focus({ preventScroll: true });
      }
    });
  }

  /** Something was pressed at a point of the stage: a list that opens now lies there. */
  pressed(x, y) {
    this.#pressed = { at: performance.now(), x, y };
  }

  /** A picker is open in a tab, or, without a kind, none is any more. */
  update(message) {
    this.#state = message.kind ? message : null;
  }

  /** Show the picker of the tab that is shown, if it has one, and whether it may be used. */
  show(activeId, touch) {
    this.box.inert = !touch;
    const state = this.#state?.targetId === activeId ? this.#state : null;
    if (state === this.#shown) return;
    const had = this.box.contains(document.activeElement);
    this.#shown = state;
    this.box.hidden = !state;
    this.files.stop();
    if (state) this.#render(state);
    else if (had) this.closed();
  }

  #render(state) {
    const { kind, options = [], value = "", min = "", max = "", step = "" } = state;
    const isList = kind === "select";
    const label = state.label || (kind === "file" ? "The page asks for files" : "");
    this.title.textContent = label;
    this.title.hidden = !label;
    this.list.hidden = !isList;
    this.buttons.hidden = isList;
    this.field.hidden = isList || kind === "file";
    this.list.replaceChildren(...(isList ? lines(options, (index) => this.choose({ index })) : []));
    if (!this.field.hidden) Object.assign(this.field, { type: kind, min, max, step, value });
    const near = this.#place();
    if (kind === "file") {
      this.files.ask(state, near && !this.box.inert);
      return;
    }
    if (!isList) {
      this.field.focus();
      return;
    }
    const lie = this.list.querySelector("[aria-selected=true]:enabled") ?? this.#enabled[0];
    lie?.focus({ preventScroll: true });
    lie?.scrollIntoView({ block: "center" });
  }

  /** Below what was pressed, or above it where there is more room; else in the middle: false. */
  #place() {
    const { style } = this.box;
    style.left = style.top = style.maxHeight = "";
    const { at, x, y } = this.#pressed;
    const near = performance.now() - at < PRESSED_MS;
    this.box.toggleAttribute("data-near", near);
    if (!near) return false;
    const { clientWidth, clientHeight } = this.box.parentElement;
    const below = clientHeight - y - BELOW_PX - EDGE_PX;
    const above = y - BELOW_PX - EDGE_PX;
    const down = below >= Math.min(this.box.offsetHeight, above);
    style.maxHeight = `${down ? below : above}px`;
    const { offsetWidth, offsetHeight } = this.box;
    const left = Math.min(x - 2 * EDGE_PX, clientWidth - offsetWidth - EDGE_PX);
    style.left = `${Math.max(left, EDGE_PX)}px`;
    style.top = `${down ? y + BELOW_PX : y - BELOW_PX - offsetHeight}px`;
    return true;
  }

  get #enabled() {
    return [...this.list.querySelectorAll("button:enabled")];
  }

  #key(event) {
    const { key } = event;
    if (key === "Escape" || (key === "Tab" && this.#shown?.kind === "select")) {
      event.preventDefault();
      this.choose({});
      return;
    }
    if (this.list.hidden || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = this.#enabled;
    const at = all.indexOf(document.activeElement);
    const last = all.length - 1;
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last };
    const letter = key.length === 1 && key !== " ";
    if (!(key in steps) && !letter) return;
    event.preventDefault();
    const next = letter ? this.#named(all, at, key) : Math.min(Math.max(steps[key], 0), last);
    all[next]?.focus();
  }

  /** The next line that begins with what has been typed; -1 for none. */
  #named(all, at, key) {
    const now = performance.now();
    const together = now - this.#typed.at < TYPED_TOGETHER_MS;
    const text = (together ? this.#typed.text : "") + key.toLowerCase();
    this.#typed = { at: now, text };
    const from = text.length > 1 ? at : at + 1;
    const order = all.map((_, index) => (from + index) % all.length);
    return order.find((index) => all[index].textContent.toLowerCase().startsWith(text)) ?? -1;
  }
}

/** The elements of a list's options, with the names of their groups between. */
function lines(options, choose) {
  const elements = [];
  let group = "";
  for (const option of options) {
    if (option.group && option.group !== group) {
      const heading = document.createElement("p");
      heading.textContent = option.group;
      elements.push(heading);
    }
    group = option.group ?? "";
    const line = document.createElement("button");
    line.type = "button";
    line.role = "option";
    line.textContent = option.label;
    line.ariaSelected = String(option.selected ?? false);
    line.disabled = option.disabled ?? false;
    line.toggleAttribute("data-grouped", Boolean(group));
    line.addEventListener("click", () => choose(option.index));
    elements.push(line);
  }
  return elements;
}
