/** Words that come and go. */

const TOAST_MS = 6_000;

/** Only changes are written, so that a screen reader says each once. */
export function show(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

let timer = 0;

/** Say something for a while, over the picture. */
export function toast(text) {
  const box = document.querySelector("#toast");
  show(box, text);
  box.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => {
    box.hidden = true;
  }, TOAST_MS);
}
