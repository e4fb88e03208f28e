/** The tab strip and the address of the tab that is shown. */

/** What an empty tab shows. */
export const BLANK = "about:blank";
const LOCAL_HOST = /^(localhost|[\w-]+|\d{1,3}(\.\d{1,3}){3}|\[[\da-f:.]+\])(:\d+)?([/?#]|$)/i;
const SCHEME = /^[a-z][a-z\d+.-]*:/i;
const HOST_AND_PORT = /^[\w.-]+:\d+([/?#]|$)/;

/** The URL that somebody means who types `text` into an address field, or "" for none. */
export function addressOf(text) {
  const typed = text.trim();
  if (!typed || /\s/.test(typed)) return "";
  if (SCHEME.test(typed) && !HOST_AND_PORT.test(typed)) return typed;
  return (LOCAL_HOST.test(typed) ? "http://" : "https://") + typed;
}

export class Tabs {
  #tabs = [];
  #active = null;
  #calling = new Set();
  #edited = false;
  #expected = null;

  /**
   * @param {HTMLElement} list
   * @param {HTMLInputElement} address
   * @param {(action: string, targetId: string) => void} command `activate` or `close`
   */
  constructor(list, address, command) {
    this.list = list;
    this.address = address;
    this.command = command;
    address.addEventListener("input", () => {
      this.#edited = true;
    });
    address.addEventListener("focus", () => address.select());
    address.addEventListener("blur", () => this.restore());
  }

  get active() {
    return this.#tabs.find(({ targetId }) => targetId === this.#active) ?? null;
  }

  get activeId() {
    return this.#active;
  }

  get count() {
    return this.#tabs.length;
  }

  update(tabs, activeTargetId) {
    const before = this.active?.url;
    if (activeTargetId !== this.#active) this.#edited = false;
    this.#tabs = tabs;
    this.#active = activeTargetId;
    if (this.active?.url !== before) this.#expected = null;
    this.#render();
  }

  /** A dialog waits in a tab, or does no more. */
  calls(targetId, waiting) {
    if (waiting) this.#calling.add(targetId);
    else this.#calling.delete(targetId);
    this.#render();
  }

  /** Another connection: what waits will be told again. */
  forgetCalls() {
    this.#calling.clear();
  }

  /** Show where the tab is about to go until it is there; null when it will not be. */
  expect(url) {
    this.#expected = url;
    this.restore();
  }

  /** Forget what was typed into the address field and not gone to. */
  restore() {
    this.#edited = false;
    this.#showAddress();
  }

  /** The elements are kept while their tab is there, so that the focus stays where it is. */
  #render() {
    const items = new Map([...this.list.children].map((item) => [item.dataset.target, item]));
    const ordered = this.#tabs.map((tab) => {
      const item = items.get(tab.targetId) ?? this.#make(tab.targetId);
      items.delete(tab.targetId);
      this.#fill(item, tab);
      return item;
    });
    for (const item of items.values()) item.remove();
    ordered.forEach((item, index) => {
      if (this.list.children[index] !== item) this.list.insertBefore(item, this.list.children[index]);
    });
    this.#showAddress();
  }

  #make(targetId) {
    const item = document.createElement("li");
    item.dataset.target = targetId;
    item.append(
      this.#button("tab", () => this.command("activate", targetId)),
      this.#button("icon close", () => this.command("close", targetId)),
    );
    item.lastChild.append(document.querySelector("#new-tab svg").cloneNode(true));
    item.querySelector("use").setAttribute("href", "#i-close");
    item.addEventListener("auxclick", (event) => {
      if (event.button === 1 && !item.lastChild.disabled) this.command("close", targetId);
    });
    return item;
  }

  #button(kind, pressed) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = kind;
    button.dataset.touches = "";
    button.disabled = document.body.dataset.touch !== "yes";
    button.addEventListener("click", pressed);
    return button;
  }

  #fill(item, { targetId, title, url }) {
    const [tab, close] = item.children;
    const name = (title !== BLANK && title) || shortened(url) || "New tab";
    const active = targetId === this.#active;
    if (tab.textContent !== name) tab.textContent = name;
    tab.title = url;
    tab.toggleAttribute("data-calling", this.#calling.has(targetId));
    if (active) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
    if (active && !item.classList.contains("active")) item.scrollIntoView({ block: "nearest" });
    item.classList.toggle("active", active);
    close.setAttribute("aria-label", `Close ${name}`);
    close.title = "Close tab";
  }

  #showAddress() {
    if (this.#edited) return;
    const url = this.#expected ?? this.active?.url ?? "";
    const shown = url === BLANK ? "" : url;
    if (this.address.value !== shown) this.address.value = shown;
  }
}

function shortened(url) {
  return url === BLANK ? "" : url.replace(/^https?:\/\/(www\.)?/, "").replace(/\/$/, "");
}
