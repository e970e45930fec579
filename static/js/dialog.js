// data-opens="#id" opens a native dialog, data-closes closes the one around it; a click beside it closes it too.
// Menus (details[data-menu]) close when one clicks elsewhere or presses Escape.

document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-opens]");
    if (opener) {
        const dialog = document.querySelector(opener.dataset.opens);
        if (dialog?.showModal) {
            event.preventDefault();
            opener.closest("details[data-menu]")?.removeAttribute("open");
            if (!dialog.open) dialog.showModal();
            dialog.querySelector("[autofocus]")?.focus();
        }
        return;
    }
    const closer = event.target.closest?.("[data-closes]");
    if (closer) {
        event.preventDefault();
        closer.closest("dialog")?.close();
        return;
    }
    if (event.target.matches?.("dialog.dialog[open]")) {
        const box = event.target.getBoundingClientRect();
        const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
        // Typed text is never lost by a click that missed.
        if (!inside && !event.target.querySelector("form :is(input:not([type=hidden]), textarea)")) event.target.close();
    }
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
        if (!menu.contains(event.target)) menu.removeAttribute("open");
    });
});

document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
        menu.removeAttribute("open");
        menu.querySelector("summary")?.focus();
    });
});

// A refused form comes back inside its dialog: open it again.
document.querySelectorAll("dialog[data-open-on-load]").forEach((dialog) => dialog.showModal());
