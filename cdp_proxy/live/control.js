/** Who holds the session, for how long, and the button that changes it. */

import { show } from "./notices.js";

const TTL_SECONDS = 300;
/** Whoever is at work need not press anything to stay so. */
const RENEW_BELOW_SECONDS = 60;
const AT_WORK_SECONDS = 60;
/** However wrong a clock is, more time is not asked for more often. */
const RENEW_EVERY_SECONDS = 30;
const TICK_MS = 1_000;

export class Control {
  #info = { holder: "agent", expiresAt: null, waiting: 0 };
  #touch = false;
  #connected = false;
  #lastTouch = 0;
  #renewedAt = -Infinity;
  #asking = false;
  /** Whether it was this page that has taken control. */
  #mine = false;

  /**
   * @param {(holder: string, ttlSeconds?: number) => Promise} ask
   * @param {() => number} serverNow epoch milliseconds by the server's clock
   */
  constructor(ask, serverNow) {
    this.ask = ask;
    this.serverNow = serverNow;
    this.who = document.querySelector("#control-who");
    this.more = document.querySelector("#control-more");
    this.icon = document.querySelector("#control-icon");
    this.button = document.querySelector("#control-button");
    this.button.addEventListener("click", () => this.#toggle());
    setInterval(() => this.#tick(), TICK_MS);
  }

  get human() {
    return this.#info.holder === "human";
  }

  update(info) {
    this.#info = { waiting: 0, expiresAt: null, ...info };
    this.#mine &&= this.human;
    this.#render();
  }

  /** What this page may do, and whether it is connected. */
  allow(touch, connected) {
    this.#touch = touch;
    this.#connected = connected;
    this.#render();
  }

  /** The person has done something. */
  touched() {
    this.#lastTouch = performance.now();
  }

  async #toggle() {
    this.touched();
    if (this.human) await this.#ask("agent");
    else await this.#ask("human", TTL_SECONDS);
  }

  async #ask(holder, ttlSeconds) {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const answer = await this.ask(holder, ttlSeconds);
      this.#mine = answer?.control.holder === "human";
      this.#render();
    } finally {
      this.#asking = false;
    }
  }

  get #secondsLeft() {
    const { expiresAt } = this.#info;
    return expiresAt === null ? null : Math.max(0, expiresAt - this.serverNow() / 1000);
  }

  #tick() {
    if (!this.human || !this.#connected) return;
    this.#render();
    const now = performance.now();
    const atWork = now - this.#lastTouch < AT_WORK_SECONDS * 1000;
    const again = now - this.#renewedAt < RENEW_EVERY_SECONDS * 1000;
    const soon = this.#secondsLeft !== null && this.#secondsLeft < RENEW_BELOW_SECONDS;
    if (!(this.#touch && this.#mine && soon && atWork) || again) return;
    this.#renewedAt = now;
    this.#ask("human", TTL_SECONDS);
  }

  #render() {
    const { human } = this;
    document.body.dataset.control = this.#connected ? this.#info.holder : "nobody";
    show(this.who, this.#touch || !this.#connected ? this.#holder() : "View only");
    show(this.more, this.#connected ? this.#details() : "");
    show(this.button, human ? "Release" : "Take control");
    const icon = this.#touch || !this.#connected ? (human ? "#i-hand" : "#i-agent") : "#i-eye";
    this.icon.setAttribute("href", icon);
    this.button.hidden = this.#connected && !this.#touch;
  }

  #holder() {
    if (!this.#connected) return "Not connected";
    if (!this.human) return "The agent has control";
    return this.#mine ? "You have control" : "A person has control";
  }

  #details() {
    if (!this.#touch) {
      return this.human ? "A person has control; this link can only watch" : "This link can only watch";
    }
    if (!this.human) return "Take control to pause it";
    const { waiting } = this.#info;
    const commands = waiting === 1 ? "1 command waits" : `${waiting} commands wait`;
    const left = this.#secondsLeft === null ? "" : `${clock(this.#secondsLeft)} left`;
    return [left, waiting ? commands : "the agent is paused"].filter(Boolean).join(" · ");
  }
}

function clock(seconds) {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
