// A form is sent once, however often its button is pressed: the second press within the same sending does nothing.
// The button is marked, never disabled: a disabled button would drop its own name and value from what is sent,
// and a sending that fails (no network, back button) must be possible again. The server guards against doubles too.

const RELEASE_AFTER = 8000;

function release(form) {
    delete form.dataset.sending;
    form.querySelectorAll("[aria-disabled='true'][data-was-sent]").forEach((button) => {
        button.removeAttribute("aria-disabled");
        delete button.dataset.wasSent;
    });
}

document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog" || form.matches("[data-submit-freely]") || form.closest("[hx-get], [hx-post]") === form) return;
    if (form.dataset.sending) {
        event.preventDefault();
        return;
    }
    // Marked at once: a key pressed in the same moment is of the next page. Another listener may still refuse the sending;
    // look after they have all spoken.
    form.dataset.sending = "yes";
    setTimeout(() => {
        if (event.defaultPrevented || form.target === "_blank") { release(form); return; }
        if (event.submitter) {
            event.submitter.setAttribute("aria-disabled", "true");
            event.submitter.dataset.wasSent = "";
        }
        setTimeout(() => release(form), RELEASE_AFTER);
    });
});

// Back from the next page: the browser shows the old page from memory, with its buttons as they were.
window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sending]").forEach(release);
});
