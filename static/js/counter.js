// Fields with data-limit="2000" and data-counter="#id": says how many characters are left. It warns and never cuts.

const timers = new WeakMap();

// Characters, a pair of surrogates as one, without a copy of a text that may be large.
function lengthOf(text) {
    let pairs = 0;
    for (let i = 1; i < text.length; i += 1) {
        if ((text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) pairs += 1;
    }
    return text.length - pairs;
}

function show(field) {
    const place = document.querySelector(field.dataset.counter);
    if (!place) return;
    const limit = Number(field.dataset.limit);
    // The browser counts an enter as one character and sends two; the server counts one: so do we.
    const left = limit - lengthOf(field.value);
    place.classList.toggle("counter--near", left >= 0 && left <= limit * 0.1);
    place.classList.toggle("counter--over", left < 0);
    const pattern = left < 0 ? place.dataset.textOver : place.dataset.textLeft;
    place.textContent = pattern.replace("{n}", String(Math.abs(left)));
    // Screen readers hear it only near the end, and only when the typing rests.
    clearTimeout(timers.get(field));
    place.removeAttribute("role");
    if (left <= limit * 0.1) timers.set(field, setTimeout(() => place.setAttribute("role", "status"), 1000));
}

function start(root) {
    root.querySelectorAll?.("[data-limit][data-counter]").forEach((field) => { if (field.value) show(field); });
}

document.addEventListener("input", (event) => {
    if (event.target.matches?.("[data-limit][data-counter]")) show(event.target);
});
document.addEventListener("htmx:load", (event) => start(event.target));
start(document);
