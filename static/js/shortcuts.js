// Keys: data-key="Alt+n" on a link, button or field follows, clicks or focuses it. Keys without Ctrl or Alt work outside
// text fields only. "?" opens the sheet of all keys on the page. data-shortcuts="off" on <body> switches single keys off (WCAG 2.1.4).

const sheet = document.getElementById("help-sheet");
const singleKeysOff = document.body.dataset.shortcuts === "off";
const fixedKeys = sheet?.querySelector("[data-help-keys]")?.innerHTML ?? "";

document.querySelectorAll("[data-needs-script]").forEach((element) => { element.hidden = false; });

function visible(element) {
    return element.checkVisibility ? element.checkVisibility({ visibilityProperty: true }) : element.offsetParent !== null;
}

function typing(element) {
    if (!element) return false;
    if (element.isContentEditable || element.tagName === "TEXTAREA" || element.tagName === "SELECT") return true;
    return element.tagName === "INPUT" && !["checkbox", "radio", "button", "submit", "reset"].includes(element.type);
}

function combination(event) {
    const parts = [];
    if (event.ctrlKey || event.metaKey) parts.push("ctrl");
    if (event.altKey) parts.push("alt");
    if (event.shiftKey && (event.key.length > 1 || parts.length)) parts.push("shift");
    // With Alt some systems send another letter; event.code still says which key it was.
    const letter = event.altKey && /^Key[A-Z]$/.test(event.code) ? event.code.slice(3)
        : event.altKey && /^Digit[0-9]$/.test(event.code) ? event.code.slice(5) : event.key;
    parts.push(letter.toLowerCase());
    return parts.join("+");
}

function wanted(text) {
    const parts = text.toLowerCase().split("+").map((part) => part.trim());
    const last = parts.pop() || "+";
    return [...["ctrl", "alt", "shift"].filter((name) => parts.includes(name)), last].join("+");
}

function scopeNow() {
    return document.querySelector("dialog[open]") ?? document;
}

function use(element) {
    const field = typing(element);
    element.focus();
    if (field) element.select?.();
    else element.click();
}

function explain() {
    const list = sheet.querySelector("[data-help-keys]");
    list.innerHTML = fixedKeys;
    const seen = new Set();
    for (const element of document.querySelectorAll("[data-key]")) {
        if (!visible(element) || seen.has(element.dataset.key)) continue;
        seen.add(element.dataset.key);
        const key = document.createElement("kbd");
        key.className = "kbd";
        key.textContent = element.dataset.key.replaceAll("+", " ");
        const term = document.createElement("dt");
        const meaning = document.createElement("dd");
        term.append(key);
        meaning.textContent = nameOf(element);
        list.append(term, meaning);
    }
}

function nameOf(element) {
    const source = element.labels?.[0] ?? element;
    const copy = source.cloneNode(true);
    copy.querySelectorAll("kbd, [aria-hidden='true']").forEach((part) => part.remove());
    return element.getAttribute("aria-label") || copy.textContent.trim() || element.title || element.placeholder || element.dataset.key;
}

// Hovering shows the key.
document.addEventListener("pointerover", (event) => {
    const element = event.target.closest?.("[data-key]");
    if (element && !element.title && !element.querySelector("kbd")) element.title = element.dataset.key.replaceAll("+", " ");
});

document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const pressed = combination(event);
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    if (!modified && (singleKeysOff || typing(document.activeElement))) return;
    if (event.key === "?" && !modified && sheet && !document.querySelector("dialog[open]")) {
        event.preventDefault();
        explain();
        sheet.showModal();
        return;
    }
    for (const element of scopeNow().querySelectorAll("[data-key]")) {
        if (wanted(element.dataset.key) === pressed && !element.disabled && visible(element)) {
            event.preventDefault();
            use(element);
            return;
        }
    }
});

document.addEventListener("click", (event) => {
    if (sheet && event.target.closest("[data-opens='#help-sheet']")) explain();
});
