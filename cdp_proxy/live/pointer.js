/**
 * Mouse, pen and fingers on the picture, as events of the remote page.
 *
 * One finger is the page's own finger: a tap taps, a drag scrolls or drags, as on any phone. Two
 * fingers are the viewer's, and so is one that begins beside the picture: they zoom and move it. A mouse's moves are sent once per
 * animation frame, and not while too many of them are unanswered.
 */

const BUTTONS = [
  ["left", 1],
  ["right", 2],
  ["middle", 4],
  ["back", 8],
  ["forward", 16],
];
const SAME_CLICK_MS = 500;
const SAME_CLICK_PX = 5;
const CLICK_COUNT_MAX = 3;
const UNANSWERED_MAX = 8;
/** What a line of `WheelEvent.deltaMode` is in CSS pixels: three of them are Chromium's notch. */
const LINE_PX = 40;
const DELTA_LINE = 1;
const DELTA_PAGE = 2;

export class Pointer {
  #held = 0;
  #lastDown = { at: -Infinity, x: 0, y: 0, button: "", count: 0 };
  #unanswered = 0;
  #pending = null;
  #wheel = null;
  #scheduled = false;
  #fingers = new Map();
  #pinching = false;

  /**
   * @param {View} view
   * @param {HTMLElement} backdrop what is seen beside the picture
   * @param {(event: object) => Promise} input
   * @param {{connected, enabled, modifiers, pressed}} on whether anything can be sent, and whether
   *   the page takes it; the modifiers of an event; `pressed(event)` comes before a press is sent
   */
  constructor(view, backdrop, input, on) {
    this.view = view;
    this.input = input;
    this.on = on;
    view.canvas.addEventListener("wheel", (event) => this.#wheeled(event), { passive: false });
    for (const surface of [view.canvas, backdrop]) {
      for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
        surface.addEventListener(name, (event) => this.#pointer(event));
      }
      // Each of these would take the focus away, open a menu, or zoom the whole window.
      for (const name of ["mousedown", "contextmenu", "auxclick", "dragstart", "gesturestart"]) {
        surface.addEventListener(name, (event) => event.preventDefault());
      }
      surface.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    }
  }

  /** Let go of every button and finger; later, when there is no connection. */
  release() {
    if (!this.on.connected()) return;
    const { x, y } = this.#lastDown;
    for (const [button, bit] of BUTTONS) {
      if (this.#held & bit) {
        this.#held &= ~bit;
        this.#send({ kind: "mouse", action: "up", x, y, button, buttons: this.#held, clickCount: 1 });
      }
    }
    if (this.#fingers.size && !this.#pinching) this.#touch("cancel", []);
    this.#fingers.clear();
    this.#pinching = false;
    this.#pending = this.#wheel = null;
  }

  /** The connection is a new one: nothing that was sent on the old one is answered any more. */
  reset() {
    this.#unanswered = 0;
    this.#pending = this.#wheel = null;
  }

  #pointer(event) {
    const finger = event.pointerType === "touch";
    const beside = event.target !== this.view.canvas;
    if (beside && !finger) return;
    event.preventDefault();
    if (event.type === "pointerdown") {
      event.target.setPointerCapture(event.pointerId);
      if (!beside && !this.#fingers.size) this.on.pressed(event);
    }
    if (finger) this.#finger(event, beside);
    else this.#mouse(event);
  }

  /** Buttons beyond the first come as moves (Pointer Events 3, 4.1.1.1): compare what is held. */
  #mouse(event) {
    if (!this.on.enabled()) return;
    const place = this.#place(event);
    const changed = BUTTONS.filter(([, bit]) => (this.#held ^ event.buttons) & bit);
    if (!changed.length) {
      this.#pending = { kind: "mouse", action: "move", ...place, buttons: this.#held };
      this.#pending.button = BUTTONS.find(([, bit]) => this.#held & bit)?.[0] ?? "none";
      this.#schedule();
      return;
    }
    this.#flush();
    for (const [button, bit] of changed) {
      this.#held ^= bit;
      const action = this.#held & bit ? "down" : "up";
      const clickCount = action === "down" ? this.#count(event, button) : this.#lastDown.count;
      Object.assign(this.#lastDown, { x: place.x, y: place.y });
      this.#send({ kind: "mouse", action, ...place, button, buttons: this.#held, clickCount });
    }
  }

  #count({ timeStamp, clientX, clientY }, button) {
    const last = this.#lastDown;
    const near = Math.hypot(clientX - last.clientX, clientY - last.clientY) <= SAME_CLICK_PX;
    const again = button === last.button && timeStamp - last.at < SAME_CLICK_MS && near;
    const count = again ? (last.count % CLICK_COUNT_MAX) + 1 : 1;
    this.#lastDown = { at: timeStamp, clientX, clientY, button, count };
    return count;
  }

  #wheeled(event) {
    if (event.ctrlKey) return; // the browser's own zoom
    event.preventDefault();
    if (!this.on.enabled()) return;
    const page = event.deltaMode === DELTA_PAGE;
    const unitX = page ? this.view.frame.width : event.deltaMode === DELTA_LINE ? LINE_PX : 1;
    const unitY = page ? this.view.frame.height : event.deltaMode === DELTA_LINE ? LINE_PX : 1;
    this.#wheel = {
      kind: "mouse",
      action: "wheel",
      ...this.#place(event),
      buttons: this.#held,
      deltaX: (this.#wheel?.deltaX ?? 0) + event.deltaX * unitX,
      deltaY: (this.#wheel?.deltaY ?? 0) + event.deltaY * unitY,
    };
    this.#schedule();
  }

  #finger(event, beside) {
    const id = event.pointerId;
    const before = this.#fingers.get(id);
    const now = { id, clientX: event.clientX, clientY: event.clientY };
    if (event.type === "pointerdown") {
      if (this.#fingers.size === 1 && !this.#pinching) {
        this.#pinching = true;
        this.#pending = null;
        this.#touch("cancel", []);
      }
      this.#fingers.set(id, now);
      if (beside || !this.on.enabled()) this.#pinching = true;
      if (!this.#pinching) this.#touch("start", [now], event);
    } else if (!before) {
      return;
    } else if (event.type === "pointermove") {
      if (this.#pinching) this.#pinch(before, now);
      this.#fingers.set(id, now);
      if (!this.#pinching) {
        this.#pending = this.#touchEvent("move", [now], event);
        this.#schedule();
      }
    } else {
      this.#fingers.delete(id);
      if (!this.#pinching) {
        this.#flush();
        this.#touch(event.type === "pointerup" ? "end" : "cancel", [], event);
      }
      if (!this.#fingers.size) this.#pinching = false;
    }
  }

  /** One of two fingers has moved: what the pair does to the picture. */
  #pinch(before, now) {
    const other = [...this.#fingers.values()].find(({ id }) => id !== now.id);
    const byX = now.clientX - before.clientX;
    const byY = now.clientY - before.clientY;
    if (!other) {
      this.view.pinch(1, now.clientX, now.clientY, byX, byY);
      return;
    }
    const apart = (finger) =>
      Math.max(Math.hypot(finger.clientX - other.clientX, finger.clientY - other.clientY), 1);
    const middleX = (before.clientX + other.clientX) / 2;
    const middleY = (before.clientY + other.clientY) / 2;
    this.view.pinch(apart(now) / apart(before), middleX, middleY, byX / 2, byY / 2);
  }

  #touch(action, fingers, event) {
    this.#send(this.#touchEvent(action, fingers, event));
  }

  #touchEvent(action, fingers, event) {
    const points = fingers.map((finger) => ({
      ...this.view.toFrame(finger.clientX, finger.clientY),
      id: 0,
    }));
    const { frame } = this.view;
    return { kind: "touch", action, points, frame, modifiers: event ? this.on.modifiers(event) : [] };
  }

  #place(event) {
    return {
      ...this.view.toFrame(event.clientX, event.clientY),
      frame: this.view.frame,
      modifiers: this.on.modifiers(event),
    };
  }

  #schedule() {
    if (this.#scheduled || this.#unanswered >= UNANSWERED_MAX) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  /** Send the newest move and the wheel's sum; before a button, so that the order is right. */
  #flush() {
    for (const event of [this.#pending, this.#wheel]) {
      if (event) this.#send(event);
    }
    this.#pending = this.#wheel = null;
  }

  #send(event) {
    this.#unanswered += 1;
    const answered = () => {
      this.#unanswered = Math.max(this.#unanswered - 1, 0);
      if (this.#pending || this.#wheel) this.#schedule();
    };
    this.input(event).then(answered, answered);
  }
}
