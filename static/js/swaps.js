// A part of a page is fetched while one goes on typing in it: what was typed since the request left stands against what comes back.
// htmx keeps the focus and the cursor of a field with an id; this keeps its text, its choice, and an opened box around it.

const sent = new WeakMap();

function fields(place) {
    return [...place.querySelectorAll("input[name], select[name], textarea[name]")].filter((field) => !["hidden", "submit", "button", "file"].includes(field.type));
}

function key(field) {
    return ["radio", "checkbox"].includes(field.type) ? `${field.name}=${field.value}` : field.name;
}

function state(field) {
    return ["radio", "checkbox"].includes(field.type) ? field.checked : field.value;
}

function states(place) {
    return new Map(fields(place).map((field) => [key(field), state(field)]));
}

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.target) sent.set(detail.xhr, states(detail.target));
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const before = sent.get(detail.xhr);
    if (!before || !detail.shouldSwap) return;
    const since = [...states(detail.target)].filter(([name, value]) => before.get(name) !== value);
    sent.set(detail.xhr, new Map(since));
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
    const since = sent.get(detail.xhr);
    if (!since) return;
    sent.delete(detail.xhr);
    for (const field of fields(detail.target)) {
        if (!since.has(key(field))) continue;
        if (["radio", "checkbox"].includes(field.type)) field.checked = since.get(key(field));
        else field.value = since.get(key(field));
        field.closest("details")?.setAttribute("open", "");
    }
});
