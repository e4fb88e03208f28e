/** The screencast: binary messages into pixels, always the newest, and how fast they come. */

const HEADER_BYTES = 20;
const VERSION = 1;
const SCREENCAST = 1;
const FLAG_PNG = 1;
const FLAG_KEEP_ALIVE = 2;
const PACE_WINDOW_MS = 2_000;
/** A clock that is further off than this is wrong; then ages are told from the fastest picture. */
const PLAUSIBLE_AGE_MS = 1_000;

/** The header of a frame, or null if the message is none. */
export function parseFrame(buffer) {
  if (buffer.byteLength <= HEADER_BYTES) return null;
  const view = new DataView(buffer);
  if (view.getUint8(0) !== VERSION || view.getUint8(1) !== SCREENCAST) return null;
  const flags = view.getUint16(2);
  return {
    type: flags & FLAG_PNG ? "image/png" : "image/jpeg",
    keepAlive: Boolean(flags & FLAG_KEEP_ALIVE),
    number: view.getUint32(4),
    capturedAt: view.getFloat64(8) * 1000,
    width: view.getUint16(16),
    height: view.getUint16(18),
    bytes: new Uint8Array(buffer, HEADER_BYTES),
  };
}

export class Picture {
  #context;
  #decoding = false;
  #next = null;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(frame) => void} drawn called after each picture that was drawn
   */
  constructor(canvas, drawn) {
    this.canvas = canvas;
    this.drawn = drawn;
    this.#context = canvas.getContext("2d", { alpha: false });
  }

  /** Show a frame, unless a newer one comes before it is its turn. */
  show(frame) {
    this.#next = frame;
    if (!this.#decoding) this.#work();
  }

  async #work() {
    this.#decoding = true;
    while (this.#next) {
      const frame = this.#next;
      this.#next = null;
      try {
        this.#draw(frame, await createImageBitmap(new Blob([frame.bytes], { type: frame.type })));
      } catch (error) {
        console.error("a picture could not be decoded", error);
      }
    }
    this.#decoding = false;
  }

  #draw(frame, bitmap) {
    const { canvas } = this;
    if (canvas.width !== frame.width || canvas.height !== frame.height) {
      canvas.width = frame.width;
      canvas.height = frame.height;
    }
    this.#context.drawImage(bitmap, 0, 0, frame.width, frame.height);
    bitmap.close();
    this.drawn(frame);
  }
}

/** How many pictures come and how old they are when they are seen. */
export class Pace {
  #drawn = [];
  #fastest = Infinity;
  #fresh = false;

  /** Milliseconds to take from this machine's clock to have the server's. */
  clockAhead = 0;

  add(frame, roundTrip) {
    const fresh = this.#fresh && !frame.keepAlive;
    this.#fresh = true;
    if (!fresh) return;
    const now = Date.now();
    this.#fastest = Math.min(this.#fastest, now - frame.capturedAt);
    const wayMs = (roundTrip ?? 0) / 2;
    const plausible = this.#fastest >= 0 && this.#fastest < PLAUSIBLE_AGE_MS + wayMs;
    this.clockAhead = plausible ? 0 : this.#fastest - wayMs;
    this.#drawn.push({ at: now, age: now - frame.capturedAt - this.clockAhead });
  }

  /** The screencast begins: its first picture may be an old one, and the clock another one. */
  begin() {
    this.#drawn = [];
    this.#fastest = Infinity;
    this.#fresh = false;
  }

  /** Pictures a second, and the median age in milliseconds or null. */
  read() {
    const since = Date.now() - PACE_WINDOW_MS;
    this.#drawn = this.#drawn.filter(({ at }) => at > since);
    const ages = this.#drawn.map(({ age }) => age).sort((one, other) => one - other);
    return {
      fps: ages.length / (PACE_WINDOW_MS / 1000),
      ageMs: ages.length ? ages[ages.length >> 1] : null,
    };
  }
}
