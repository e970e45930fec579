// The only script that stands before the page: what is typed and pressed before the others are there is not lost.
// Keys with Alt, Ctrl+Enter and Ctrl+K are held until the page listens; so are those pressed while a form is on its way,
// for the page that comes next at the same address. Fields that were typed in say so once there is somebody to hear it.

(() => {
    const STORE = "kcc-held-keys";
    const KEPT_FOR = 30000;
    let held = [];
    let ready = false;
    let last = "";

    function ours(event) {
        if (event.isComposing || event.repeat || ["Alt", "Control", "Shift", "Meta", "AltGraph"].includes(event.key)) return false;
        if (event.altKey) return !event.ctrlKey && !event.metaKey;
        return (event.ctrlKey || event.metaKey) && ["Enter", "k"].includes(event.key);
    }

    function name({ key, code, altKey, ctrlKey, metaKey, shiftKey }) {
        return { key, code, altKey, ctrlKey, metaKey, shiftKey };
    }

    function store() {
        try { sessionStorage.setItem(STORE, JSON.stringify({ path: location.pathname, at: Date.now(), held })); } catch { /* then they are lost */ }
    }

    function stored() {
        try {
            const found = JSON.parse(sessionStorage.getItem(STORE) ?? "null");
            sessionStorage.removeItem(STORE);
            return found && found.path === location.pathname && Date.now() - found.at < KEPT_FOR ? found.held : [];
        } catch { return []; }
    }

    document.addEventListener("keydown", (event) => {
        if (!ours(event)) return;
        const pressed = name(event);
        const same = JSON.stringify(pressed) === last;
        const sending = document.querySelector("form[data-sending]") !== null;
        last = JSON.stringify(pressed);
        if (ready && !sending) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        // The same key once more means the same wish, and that one is under way.
        if (same && sending) return;
        held.push(pressed);
        if (sending) store();
    }, { capture: true });

    function speak(field) {
        const typed = "defaultValue" in field && !["hidden", "radio", "checkbox", "submit"].includes(field.type) && field.value !== field.defaultValue;
        if (typed) field.dispatchEvent(new Event("input", { bubbles: true }));
    }

    document.addEventListener("DOMContentLoaded", () => setTimeout(() => {
        ready = true;
        document.querySelectorAll("form[data-autosave-url] :is(input, textarea)").forEach(speak);
        const keys = [...stored(), ...held];
        held = [];
        keys.forEach((key) => (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { ...key, bubbles: true, cancelable: true })));
    }));
})();
