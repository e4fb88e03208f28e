/** Where the picture lies in the stage, and which of its pixels is below a finger. */

const ZOOM_MAX = 6;
/** A small page is shown larger, but not so large that it blurs. */
const SCALE_MAX = 2;
/** Beside the picture on all sides: for the stage's border, which says who is in control. */
const MARGIN_PX = 3;
/** With more room than this share of the stage left, the picture lies at its top: on phones. */
const ROOM_SHARED = 0.3;

export class View {
  #frame = { width: 1, height: 1 };
  #zoom = 1;
  #center = { x: 0.5, y: 0.5 };

  /** CSS pixels per pixel of the picture. */
  scale = 1;

  /**
   * @param {HTMLElement} stage
   * @param {HTMLCanvasElement} canvas
   * @param {(zoomed: boolean) => void} zoomed
   */
  constructor(stage, canvas, zoomed) {
    this.stage = stage;
    this.canvas = canvas;
    this.zoomed = zoomed;
    new ResizeObserver(() => this.place()).observe(stage);
  }

  /** Size of the picture in pixels. */
  get frame() {
    return this.#frame;
  }

  resize(width, height) {
    if (width === this.#frame.width && height === this.#frame.height) return;
    this.#frame = { width, height };
    this.place();
  }

  /** Pixel of the picture at a point of the window, the nearest one for points beside it. */
  toFrame(clientX, clientY) {
    const box = this.canvas.getBoundingClientRect();
    const { width, height } = this.#frame;
    return {
      x: within(((clientX - box.left) / box.width) * width, 0, width - 1),
      y: within(((clientY - box.top) / box.height) * height, 0, height - 1),
    };
  }

  /** Two fingers: zoom around a point of the window, and move by CSS pixels. */
  pinch(factor, clientX, clientY, byX, byY) {
    const box = this.canvas.getBoundingClientRect();
    const stage = this.stage.getBoundingClientRect();
    const zoom = within(this.#zoom * factor, 1, ZOOM_MAX);
    const real = zoom / this.#zoom;
    const left = clientX - (clientX - box.left) * real + byX;
    const top = clientY - (clientY - box.top) * real + byY;
    this.#zoom = zoom;
    this.#center = {
      x: (stage.left + stage.width / 2 - left) / (box.width * real),
      y: (stage.top + stage.height / 2 - top) / (box.height * real),
    };
    this.place();
  }

  /** The whole picture again. */
  fit() {
    this.#zoom = 1;
    this.place();
  }

  /** Lay the picture into the stage. */
  place() {
    const { width, height } = this.#frame;
    const roomX = this.stage.clientWidth - 2 * MARGIN_PX;
    const roomY = this.stage.clientHeight - 2 * MARGIN_PX;
    const scale = Math.min(roomX / width, roomY / height, SCALE_MAX) * this.#zoom;
    const across = along(width * scale, roomX, this.#center.x);
    const down = along(height * scale, roomY, this.#center.y);
    if (roomY - height * scale > roomY * ROOM_SHARED) down.offset = 0;
    this.scale = scale;
    this.#center = { x: across.center, y: down.center };
    Object.assign(this.canvas.style, {
      width: `${width * scale}px`,
      height: `${height * scale}px`,
      left: `${MARGIN_PX + across.offset}px`,
      top: `${MARGIN_PX + down.offset}px`,
    });
    this.zoomed(this.#zoom > 1.01);
  }
}

/** Offset of a picture of `size` in `room` with `center` of it in the middle, without a gap. */
function along(size, room, center) {
  if (size <= room) return { offset: (room - size) / 2, center: 0.5 };
  const offset = within(room / 2 - center * size, room - size, 0);
  return { offset, center: (room / 2 - offset) / size };
}

function within(value, least, most) {
  return Math.min(Math.max(value, least), most);
}
