/** The button that pastes, for those who have no keyboard to do it with. */

import { toast } from "./notices.js";

/** Have the button call `paste(text)`. */
export function usePasteButton(paste) {
  const box = document.querySelector("#paste-box");
  const field = document.querySelector("#paste-text");
  const close = () => {
    box.hidden = true;
    field.value = "";
  };
  document.querySelector("#paste").addEventListener("click", async () => {
    try {
      const text = await navigator.clipboard.readText();
      if (text) paste(text);
      else toast("There is no text in the clipboard.");
    } catch {
      // No permission, or no secure page: then the text is put into a field first.
      box.hidden = false;
      field.focus();
    }
  });
  document.querySelector("#paste-cancel").addEventListener("click", close);
  box.addEventListener("submit", (event) => {
    event.preventDefault();
    paste(field.value);
    close();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
}
