/**
 * The files of this machine that the remote page asks for: chosen here, sent to the container, and
 * given to the page there.
 */

import { toast } from "./notices.js";

/** Sends files with their progress, which `fetch` does not tell. */
export class Upload {
  #request = new XMLHttpRequest();

  /** @param {string} url of the session's uploads, with the token */
  constructor(url) {
    this.url = url;
  }

  /**
   * @param {File[]} files
   * @param {(share: number) => void} progress
   * @returns {Promise<string[]>} the names that they have there; none when they were not taken
   */
  send(files, progress) {
    const form = new FormData();
    for (const file of files) form.append("file", file);
    const request = this.#request;
    return new Promise((resolve) => {
      request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0);
      request.onload = () => resolve(namesIn(request));
      request.onerror = () => {
        toast("The files could not be sent.");
        resolve([]);
      };
      request.onabort = () => resolve([]);
      request.open("POST", this.url);
      request.responseType = "json";
      request.send(form);
    });
  }

  /** Send no more. */
  cancel() {
    this.#request.abort();
  }
}

function namesIn({ status, response }) {
  if (status === 200 && response) return response.files.map(({ name }) => name);
  toast(response?.message ?? "The files could not be sent.");
  return [];
}

/** What is shown of a chooser for files in the picker's box. */
export class Files {
  #upload = null;

  /**
   * @param {HTMLFormElement} box
   * @param {() => string} uploadsUrl of the session
   * @param {(choice: {files?: string[]}) => void} choose an empty one closes the chooser
   */
  constructor(box, uploadsUrl, choose) {
    this.box = box;
    this.uploadsUrl = uploadsUrl;
    this.choose = choose;
    this.field = box.querySelector("#picker-files");
    this.progress = box.querySelector("#picker-progress");
    this.button = box.querySelector("[type=submit]");
    this.field.addEventListener("change", () => this.#send([...this.field.files]));
    this.field.addEventListener("cancel", () => choose({}));
  }

  /** Ask for files, at once where the browser allows it. */
  ask({ accept = "", multiple = false }, atOnce) {
    Object.assign(this.field, { accept, multiple, value: "" });
    this.button.textContent = multiple ? "Choose files…" : "Choose a file…";
    this.button.focus();
    if (atOnce && navigator.userActivation?.isActive) this.open();
  }

  /** The local browser's own chooser. */
  open() {
    this.field.click();
  }

  /** The chooser is closed, or is another one now. */
  stop() {
    this.#upload?.cancel();
    this.#upload = null;
    this.#sending(false);
    this.button.textContent = "OK";
  }

  async #send(files) {
    if (!files.length) return;
    const upload = new Upload(this.uploadsUrl());
    this.#upload = upload;
    this.#sending(true);
    const names = await upload.send(files, (share) => {
      this.progress.value = share;
    });
    if (this.#upload !== upload) return; // it is not asked for any more
    this.#sending(false);
    this.field.value = "";
    if (names.length) this.choose({ files: names });
  }

  #sending(now) {
    this.progress.hidden = !now;
    this.progress.value = 0;
    this.button.disabled = now;
  }
}
