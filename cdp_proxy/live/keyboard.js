/**
 * The keyboard of the remote page: a hidden field that has the focus while one types there.
 *
 * Keys that a real keyboard tells are sent as keys and never reach the field. What only an input
 * method knows (dead keys, Chinese, dictation, the keyboards of phones, which tell no keys at all)
 * arrives in the field; then the difference to what it held before is sent, as text and as
 * Backspaces. The field holds some spaces from the start, so that a phone's keyboard has something
 * to delete.
 */

const FILL = " ".repeat(16);
const FILL_LEAST = 8;
const FIELD_CHARS_MAX = 1_000;
/** Of one event (`shared.limits.ACTION_TEXT_CHARS_MAX`); longer pastes come in several. */
const PASTE_CHARS_MAX = 100_000;
const MODIFIERS = ["Alt", "Control", "Meta", "Shift"];
/** `keyCode` of a key that belongs to an input method (UI Events, 7.3.1). */
const INPUT_METHOD = 229;
/** Keys that are this machine's alone. */
const OWN_KEYS = /^(AltGraph|CapsLock|NumLock|ScrollLock|Compose|Process|Unidentified|Fn.*|Hyper|Super|Symbol.*|F11|F12|Lang\d|.*Mode|Hankaku|Zenkaku.*|Hiragana.*|Katakana.*|Eisu|KanaMode|Kanji.*|Convert|NonConvert|Group.*|Soft\d|Audio.*|Media.*|Brightness.*|Launch.*|Browser.*|MicrophoneMute.*|Power.*|Print.*)$/;
const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

export class Keyboard {
  #held = new Map();
  #before = FILL;
  #composing = false;
  /** An input method of a real keyboard: its intermediate text is nobody else's business. */
  #holding = false;
  #realKey = false;
  #dead = false;
  #enabled = false;
  /** Whether what was copied last was copied in the remote page: then it is pasted from there. */
  #copiedThere = false;

  /**
   * @param {HTMLTextAreaElement} field
   * @param {HTMLElement} preedit where the text is shown that an input method is at
   * @param {(event: object) => Promise} input
   * @param {(name: string) => void} command called with `address`, `reload`, `back`, `forward`
   * @param {(text: string) => void} copied called with what was copied in the remote page
   */
  constructor(field, preedit, input, command, copied) {
    this.field = field;
    this.preedit = preedit;
    this.input = input;
    this.command = command;
    this.copied = copied;
    const listen = (name, method) => field.addEventListener(name, (event) => method(event));
    listen("keydown", (event) => this.#down(event));
    listen("keyup", (event) => this.#up(event));
    listen("input", () => this.#changed());
    listen("compositionstart", () => this.#compose());
    listen("compositionupdate", (event) => this.#showPreedit(event.data));
    listen("compositionend", () => this.#composed());
    listen("paste", (event) => this.#pasted(event));
    listen("focus", () => this.clear());
    listen("blur", () => this.release());
    for (const name of ["copy", "cut", "drop"]) listen(name, (event) => event.preventDefault());
    for (const name of ["copy", "cut"]) {
      document.addEventListener(name, () => {
        this.#copiedThere = false;
      });
    }
    addEventListener("blur", () => {
      this.release();
      this.#copiedThere = false; // something may be copied elsewhere meanwhile
    });
  }

  /**
   * @param {boolean} ever whether this page may type at all
   * @param {boolean} now not while there is no connection; the focus stays then
   */
  allow(ever, now) {
    this.#enabled = now;
    this.field.disabled = !ever;
    this.field.readOnly = !now;
  }

  get focused() {
    return document.activeElement === this.field;
  }

  /** Take the keyboard; where the caret may be at, for an input method's window. */
  focus(x, y) {
    if (!this.#enabled) return;
    if (x !== undefined) {
      const places = { left: `${x}px`, top: `${y}px` };
      Object.assign(this.field.style, places);
      Object.assign(this.preedit.style, places);
    }
    this.field.focus({ preventScroll: true });
    if (!this.#composing) this.clear();
  }

  /** What was typed so far stands before another caret now. */
  clear() {
    this.#before = this.field.value = FILL;
    this.field.setSelectionRange(FILL.length, FILL.length);
    this.#dead = false;
  }

  /** Let go of every key that is held; later, when there is no connection. */
  release() {
    if (!this.#enabled) return;
    for (const { key, code } of this.#held.values()) {
      this.input({ kind: "key", action: "up", key, code, modifiers: [] });
    }
    this.#held.clear();
  }

  /** Send a text as from a clipboard. */
  paste(text) {
    for (const part of parts(text, PASTE_CHARS_MAX)) this.input({ kind: "paste", text: part });
  }

  #down(event) {
    if (!this.#enabled) return;
    this.#realKey = Boolean(event.code) && event.key !== "Unidentified";
    if (event.isComposing || event.keyCode === INPUT_METHOD) return;
    if (event.key === "Dead" || (this.#dead && event.key.length === 1)) {
      this.#dead = event.key === "Dead"; // and the field gets what the two make together
      return;
    }
    if (!isModifier(event.key)) this.#dead = false;
    const command = commandOf(event);
    if (command === "paste" && !this.#copiedThere) return; // the paste event follows
    if (command === "own" || OWN_KEYS.test(event.key)) return;
    event.preventDefault();
    if (command === "copy") this.#copy();
    if (["copy", "paste", undefined].includes(command)) this.#press(event);
    else this.command(command);
  }

  /** Before its key, which may cut: the text is asked for while it is still there. */
  async #copy() {
    this.#copiedThere = true;
    const answer = await this.input({ kind: "copy" });
    if (answer?.text) this.copied(answer.text);
  }

  #press(event) {
    const { code, key } = translated(event);
    const modifiers = modifiersOf(event);
    this.#held.set(code || key, { key, code });
    this.input({ kind: "key", action: "down", key, code, repeat: event.repeat, modifiers });
    if (!isModifier(key)) this.clear();
  }

  #up(event) {
    this.#realKey = false;
    const { code, key } = translated(event);
    const held = this.#held.get(code || key);
    if (!held || !this.#enabled) return;
    event.preventDefault();
    this.#held.delete(code || key);
    this.input({ kind: "key", action: "up", ...held, modifiers: modifiersOf(event) });
    // macOS tells no keyup of what was pressed together with Command.
    if (IS_MAC && event.key === "Meta") this.release();
  }

  #compose() {
    this.#composing = true;
    this.#holding = this.#realKey;
  }

  #composed() {
    this.#composing = this.#holding = this.#dead = false;
    this.#showPreedit("");
    this.#changed();
  }

  #showPreedit(text) {
    this.preedit.textContent = text;
    this.preedit.hidden = !(text && this.#holding);
  }

  #changed() {
    if (this.#holding) return;
    const { value } = this.field;
    this.#sendDifference(this.#before, value);
    this.#before = value;
    const worn = value.length > FIELD_CHARS_MAX || !value.startsWith(FILL.slice(0, FILL_LEAST));
    if (worn && !this.#composing) this.clear();
  }

  #sendDifference(before, after) {
    const same = commonLength(before, after);
    for (let left = graphemes(before.slice(same)); left > 0; left -= 1) this.#strike("Backspace");
    const lines = after.slice(same).split("\n");
    lines.forEach((line, index) => {
      if (index > 0) this.#strike("Enter");
      if (line) this.input({ kind: "text", text: line });
    });
  }

  #strike(key) {
    this.input({ kind: "key", action: "press", key, code: key, modifiers: [] });
  }

  #pasted(event) {
    event.preventDefault();
    this.paste(event.clipboardData.getData("text/plain"));
  }
}

/** The modifiers that an event tells, without those that have only made its character. */
export function modifiersOf(event) {
  const held = MODIFIERS.filter((name) => event.getModifierState?.(name) ?? event[flagOf(name)]);
  const character = event.key?.length === 1;
  const altGraph = event.getModifierState?.("AltGraph");
  const option = IS_MAC && event.altKey && !event.metaKey && !event.ctrlKey;
  if (character && (altGraph || option)) return held.filter((name) => name === "Shift");
  return IS_MAC ? held.map((name) => (name === "Meta" ? "Control" : name)) : held;
}

function flagOf(name) {
  return name === "Control" ? "ctrlKey" : `${name.toLowerCase()}Key`;
}

function isModifier(key) {
  return MODIFIERS.includes(key);
}

/** A Mac's Command is the Control key of the remote browser, which runs on Linux. */
function translated({ code, key }) {
  if (!IS_MAC || key !== "Meta") return { code, key };
  return { code: code.replace("Meta", "Control"), key: "Control" };
}

/**
 * What a key means here: `own` is the local browser's, `copy`, `paste` and undefined are the remote
 * page's, the rest are commands.
 */
function commandOf({ key, code, ctrlKey, metaKey, altKey, shiftKey }) {
  const main = IS_MAC ? metaKey && !ctrlKey : ctrlKey && !metaKey;
  if (key === "F6" || (main && !altKey && !shiftKey && code === "KeyL")) return "address";
  if ((main && !altKey && code === "KeyV") || (shiftKey && key === "Insert")) return "paste";
  if (main && !altKey && !shiftKey && /^Key[CX]$/.test(code)) return "copy";
  if (main && shiftKey && /^Key[CIJR]$/.test(code)) return "own";
  if (main && /^([-+=0]|Digit0|Minus|Equal)$/.test(key)) return "own";
  if (key === "F5" || (main && !altKey && !shiftKey && code === "KeyR")) return "reload";
  if (IS_MAC ? main && key === "[" : altKey && !ctrlKey && key === "ArrowLeft") return "back";
  if (IS_MAC ? main && key === "]" : altKey && !ctrlKey && key === "ArrowRight") return "forward";
  return undefined;
}

/** How far two texts are the same, not counting half of a surrogate pair. */
function commonLength(one, other) {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  const half = length > 0 && /[\uD800-\uDBFF]/.test(one[length - 1]);
  return half ? length - 1 : length;
}

/** A text in pieces that cut no surrogate pair. */
function* parts(text, size) {
  let rest = text;
  while (rest) {
    const end = /[\uD800-\uDBFF]/.test(rest[size - 1] ?? "") ? size - 1 : size;
    yield rest.slice(0, end);
    rest = rest.slice(end);
  }
}

/** How many Backspaces a text takes. */
function graphemes(text) {
  if (!text) return 0;
  if (!Intl.Segmenter) return [...text].length;
  return [...new Intl.Segmenter().segment(text)].length;
}
