/** A JavaScript dialog of the remote page: it blocks the page and is in no picture. */

const KINDS = {
  alert: { title: "The page says", accept: "OK", dismiss: "" },
  confirm: { title: "The page asks", accept: "OK", dismiss: "Cancel" },
  prompt: { title: "The page asks", accept: "OK", dismiss: "Cancel" },
  beforeunload: { title: "Leave this page?", accept: "Leave", dismiss: "Stay" },
};
const LEAVING = "What you have entered may not be saved.";

export class Dialogs {
  #open = new Map();
  #shown = null;

  /**
   * @param {HTMLFormElement} box
   * @param {(action: string, targetId: string, text?: string) => void} answer
   *   `acceptDialog` or `dismissDialog`
   * @param {() => void} closed called when the box goes away, to bring the focus back
   */
  constructor(box, answer, closed) {
    this.box = box;
    this.closed = closed;
    this.title = box.querySelector("#dialog-title");
    this.text = box.querySelector("#dialog-text");
    this.field = box.querySelector("#dialog-answer");
    this.accept = box.querySelector("#dialog-accept");
    this.dismiss = box.querySelector("#dialog-dismiss");
    box.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.field.hidden ? undefined : this.field.value;
      answer("acceptDialog", this.#shown.targetId, text);
    });
    this.dismiss.addEventListener("click", () => answer("dismissDialog", this.#shown.targetId));
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.dismiss.disabled) return;
      answer("dismissDialog", this.#shown.targetId);
    });
  }

  get shown() {
    return this.#shown !== null;
  }

  /** A dialog opens in a tab, or, without a kind, is closed. */
  update({ targetId, kind, text = "", defaultText = "" }) {
    if (kind) this.#open.set(targetId, { targetId, kind, text, defaultText });
    else this.#open.delete(targetId);
  }

  /** Another connection: what is open will be told again. */
  forget() {
    this.#open.clear();
  }

  /** Show the dialog of the tab that is shown, if it has one. */
  show(activeId) {
    const dialog = this.#open.get(activeId) ?? null;
    if (dialog === this.#shown) return;
    const had = this.#shown;
    this.#shown = dialog;
    if (dialog) this.#render(dialog);
    this.box.hidden = !dialog;
    if (dialog) this.#focus();
    else if (had) this.closed();
  }

  #focus() {
    if (this.field.hidden) this.accept.focus();
    else this.field.select(); // which takes the focus too
  }

  #render({ kind, text, defaultText }) {
    const words = KINDS[kind] ?? KINDS.confirm;
    this.title.textContent = words.title;
    this.text.textContent = kind === "beforeunload" ? LEAVING : text;
    this.field.hidden = kind !== "prompt";
    this.field.value = defaultText;
    this.accept.textContent = words.accept;
    this.dismiss.textContent = words.dismiss;
    this.dismiss.hidden = !words.dismiss;
  }
}
