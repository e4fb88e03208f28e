/** What was copied in the remote page, into the clipboard of this machine. */

/**
 * @param {string} text
 * @param {HTMLTextAreaElement} field that has the focus, for browsers that give pages no clipboard
 * @returns {Promise<boolean>} whether it is there
 */
export async function copyHere(text, field) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand(text, field); // no permission, or no secure page
  }
}

function copyByCommand(text, field) {
  const put = (event) => {
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener("copy", put, { capture: true, once: true });
  field.select(); // without a selection there is nothing that a command could copy
  const copied = document.execCommand("copy");
  document.removeEventListener("copy", put, { capture: true });
  return copied;
}
