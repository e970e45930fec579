// form[data-autosave-url]: what is typed goes to the server 800 ms after the typing rests, when a field is left, and when the page
// is hidden. It sends the form with its field "version"; the answer is JSON {"version": 4, "saved_at_text": "10:42:18"}.
// Until the server has acknowledged it, a copy stands in sessionStorage of this tab: a refresh or a lost connection loses nothing.
// Hidden fields "page_id" and "send_step" keep a page from colliding with itself: the server knows its own earlier sendings by them.
// data-saved-by is the page that wrote what is shown; data-autosave-now saves at once. Answer 409 means that someone else (or another tab) wrote: a warning with a choice appears; nothing is overwritten in silence.
// The sign of it: [data-save-status] in the form or on the page, with the words in data-text-saved ("Alles bewaard om {t}"),
// data-text-saving, data-text-offline, data-text-failed, data-text-refused, data-text-too-large, data-text-gone, data-text-signed-out. The choice: [data-save-conflict] (hidden), with the buttons
// [data-keep-mine] and [data-take-theirs].

const REST = 800;
const RETRY = [2000, 5000, 10000, 20000];
const UNSAVED = "kcc-unsaved:";
const SENT = "kcc-sent:";

function copies(prefix) {
    return Object.keys(sessionStorage).filter((key) => key.startsWith(prefix));
}

// A form was sent. An ordinary page came: it arrived, the copy may go. An error page came: keep the copy.
// Back at the form, or loaded again after the network failed: the copy is unsaved text once more.
function settle() {
    if (document.body.classList.contains("error-page")) return;
    // The session had ended and sign-in came instead: after it the text must still be there.
    const again = ["back_forward", "reload"].includes(performance.getEntriesByType("navigation")[0]?.type)
        || document.querySelector("input[type='password']") !== null;
    for (const key of copies(SENT)) {
        if (again) sessionStorage.setItem(key.replace(SENT, UNSAVED), sessionStorage.getItem(key));
        sessionStorage.removeItem(key);
    }
}

function watch(form) {
    if (form.dataset.autosaveWatched) return;
    form.dataset.autosaveWatched = "yes";
    const copyKey = `${UNSAVED}${form.dataset.autosaveKey || form.dataset.autosaveUrl}`;
    const status = form.querySelector("[data-save-status]") ?? document.querySelector("[data-save-status]");
    const conflict = form.querySelector("[data-save-conflict]") ?? document.querySelector("[data-save-conflict]");
    let dirty = false;
    let sending = false;
    let stopped = false;
    let tries = 0;
    let timer;
    let force = false;
    let step = Number(form.querySelector("[name='send_step']")?.value) || 0;
    let kept = null;

    function say(kind, time = "", words = status?.dataset[`text${kind}`]) {
        if (!status) return;
        if (words) status.textContent = words.replace("{t}", time);
        status.classList.toggle("save-status--failed", !["Saved", "Saving"].includes(kind));
    }

    // Tells the server which of two sendings of this page is the later one, whichever arrives first.
    function count() {
        step += 1;
        form.querySelectorAll("[name='send_step']").forEach((field) => { field.value = String(step); });
    }

    function typed() {
        const values = {};
        for (const field of form.elements) {
            if (!field.name || field.disabled || ["hidden", "password", "file", "submit", "button"].includes(field.type) || field.dataset.neverKept !== undefined) continue;
            if (field.type === "checkbox" || field.type === "radio") {
                if (field.checked) values[field.name] = [...(values[field.name] ?? []), field.value];
            } else {
                values[field.name] = [field.value];
            }
        }
        return values;
    }

    function value(name) {
        return form.querySelector(`[name='${name}']`)?.value ?? "";
    }

    function keepCopy() {
        const copy = { version: value("version"), page: value("page_id"), values: typed() };
        try { sessionStorage.setItem(copyKey, JSON.stringify(copy)); } catch { /* full or forbidden: the server still has it */ }
    }

    function restore() {
        const copy = JSON.parse(sessionStorage.getItem(copyKey) ?? "null");
        if (!copy?.values) return;
        const own = copy.version === value("version") || copy.page === form.dataset.savedBy;
        if (own) { lay(copy.values); return; }
        // Somewhere else was written since: the copy waits for the writer's choice.
        kept = copy.values;
        if (differs(kept)) ask();
        else sessionStorage.removeItem(copyKey);
    }

    function differs(values) {
        const shown = typed();
        return Object.keys(values).some((name) => name in shown && shown[name].join() !== values[name].join());
    }

    function lay(values) {
        let changed = false;
        for (const field of form.elements) {
            if (!field.name || !(field.name in values)) continue;
            if (field.type === "checkbox" || field.type === "radio") {
                const on = values[field.name].includes(field.value);
                if (field.checked !== on) { field.checked = on; changed = true; }
            } else if (field.type !== "hidden" && field.value !== values[field.name][0]) {
                field.value = values[field.name][0];
                field.dispatchEvent(new Event("input", { bubbles: true }));
                changed = true;
            }
        }
        if (changed) touched(0);
        else sessionStorage.removeItem(copyKey);
    }

    function touched(rest = REST) {
        dirty = true;
        clearTimeout(timer);
        // The server would refuse it as a whole: it waits on the page until the text is shorter (too_large.js).
        if (form.dataset.tooLarge !== undefined) { say("TooLarge"); return; }
        keepCopy();
        if (!stopped) timer = setTimeout(save, rest);
    }

    async function save(leaving = false) {
        if (!dirty || stopped || form.dataset.sending) return;
        if (form.dataset.tooLarge !== undefined) return;
        if (sending) { timer = setTimeout(save, REST); return; }
        clearTimeout(timer);
        dirty = false;
        sending = true;
        count();
        const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => !(value instanceof File)));
        if (force) body.set("force", "1");
        // The form's key is for the one sending that counts; saving may be repeated at will.
        body.delete("form_key");
        if (!leaving) say("Saving");
        try {
            const answer = await fetch(form.dataset.autosaveUrl, {
                // Browsers carry at most 64 kB along after the page is gone.
                method: "POST", body, credentials: "same-origin", keepalive: leaving && body.toString().length < 60_000,
                headers: { "Accept": "application/json", "X-KCC-Autosave": "1" },
            });
            if (answer.status === 409) { collided(); return; }
            if (answer.status === 401 || answer.redirected) {
                stopped = true;
                dirty = true;
                say("SignedOut");
                return;
            }
            if (answer.status === 404) { stopped = true; dirty = true; say("Gone"); return; }
            if (answer.status === 422) { say("Refused", "", Object.values((await answer.json()).faults ?? {})[0]); return; }
            if (answer.status === 400 || answer.status === 413) { say("Refused"); return; }
            if (!answer.ok) { later("Failed"); return; }
            const news = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
            if (news.version !== undefined) form.querySelectorAll("[name='version']").forEach((field) => { field.value = news.version; });
            force = false;
            tries = 0;
            if (!dirty) sessionStorage.removeItem(copyKey);
            say("Saved", news.saved_at_text ?? new Date().toLocaleTimeString("nl-NL").replaceAll(":", "."));
            form.dispatchEvent(new CustomEvent("kcc:saved", { bubbles: true, detail: news }));
        } catch {
            later("Offline");
        } finally {
            sending = false;
        }
    }

    function later(why) {
        dirty = true;
        say(why);
        clearTimeout(timer);
        timer = setTimeout(save, RETRY[Math.min(tries, RETRY.length - 1)]);
        tries += 1;
    }

    function collided() {
        dirty = true;
        keepCopy();
        ask();
    }

    function ask() {
        stopped = true;
        say("Refused");
        if (!conflict) return;
        conflict.hidden = false;
        conflict.querySelector("[data-keep-mine]")?.focus();
    }

    conflict?.querySelector("[data-keep-mine]")?.addEventListener("click", () => {
        conflict.hidden = true;
        stopped = false;
        force = true;
        if (kept) lay(kept);
        kept = null;
        touched(0);
    });
    conflict?.querySelector("[data-take-theirs]")?.addEventListener("click", () => {
        sessionStorage.removeItem(copyKey);
        dirty = false;
        window.location.reload();
    });

    form.addEventListener("input", () => touched());
    form.addEventListener("change", () => touched(150));
    form.addEventListener("focusout", () => save());
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(true); });
    window.addEventListener("online", () => save());
    window.addEventListener("beforeunload", (event) => { if ((stopped || form.dataset.tooLarge !== undefined) && dirty && !form.dataset.sending) event.preventDefault(); });
    // Sent as a whole: the copy is set apart until the next page tells how it went.
    form.addEventListener("submit", () => { clearTimeout(timer); count(); });
    window.addEventListener("pagehide", () => {
        const copy = sessionStorage.getItem(copyKey);
        if (!form.dataset.sending || !copy) return;
        sessionStorage.setItem(copyKey.replace(UNSAVED, SENT), copy);
        sessionStorage.removeItem(copyKey);
    });
    restore();
    // A refused page shows what was typed; the server does not have it yet.
    if (form.dataset.autosaveNow !== undefined && !stopped) touched(0);
}

function start(root) {
    if (root.matches?.("form[data-autosave-url]")) watch(root);
    root.querySelectorAll?.("form[data-autosave-url]").forEach(watch);
}

// Signing out leaves nothing behind on this computer.
document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-clears-copies]")) [...copies(UNSAVED), ...copies(SENT)].forEach((key) => sessionStorage.removeItem(key));
});
document.addEventListener("htmx:load", (event) => start(event.target));
settle();
start(document);
