// Confirmations in <dialog>: `data-open="id"` opens, `data-close` closes, focus goes back.

/** @param {ParentNode} root */
export function wireDialogs(root) {
  for (const opener of root.querySelectorAll("[data-open]:not([data-wired])")) {
    if (!(opener instanceof HTMLElement)) continue;
    opener.dataset.wired = "1";
    opener.addEventListener("click", () => openDialog(opener.dataset.open ?? "", opener));
  }
  for (const closer of root.querySelectorAll("dialog [data-close]:not([data-wired])")) {
    if (!(closer instanceof HTMLElement)) continue;
    closer.dataset.wired = "1";
    closer.addEventListener("click", () => closer.closest("dialog")?.close());
  }
}

/** @param {string} id @param {HTMLElement} [opener] */
export function openDialog(id, opener) {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  if (opener) dialog.addEventListener("close", () => opener.focus(), { once: true });
  dialog.showModal();
}
