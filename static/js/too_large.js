// The server refuses a form as a whole above data-most-form-bytes of the body (ten megabytes pasted into a note). That may not cost what
// was typed, so it is refused here, at the field, before anything is sent. Text that is too large is not pasted: what stood there stays,
// and the page does not freeze on it. When it came in otherwise it stays too, nothing is cut, and the form waits until it is shorter:
// form[data-too-large] is sent by nobody (autosave.js says so). Files over data-most-bytes of their field are told about at once, too.
// Text over a field's own limit is another thing: see counter.js.

const MOST = Number(document.body.dataset.mostFormBytes) || Infinity;
// What goes along beside the text: tokens, choices, names of fields.
const BESIDE = 20_000;
const KINDS = ["text", "search", "tel", "email", "url", "textarea"];

// Bytes of one UTF-16 unit as a form sends it: letters as they are, an enter as two, the rest percent-encoded.
const WEIGHTS = new Uint8Array(128).fill(3);
for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._ ") WEIGHTS[letter.charCodeAt(0)] = 1;
WEIGHTS[10] = 6;

function weigh(text) {
    let bytes = 0;
    for (let i = 0; i < text.length; i += 1) {
        const unit = text.charCodeAt(i);
        bytes += unit < 128 ? WEIGHTS[unit] : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 6 : 9;
    }
    return bytes;
}

function fields(form) {
    return [...form.elements].filter((field) => KINDS.includes(field.type));
}

// Almost always: so little text that it fits whatever its letters are.
function fits(form, more = "") {
    const texts = [more, ...fields(form).map((field) => field.value)];
    if (texts.reduce((sum, text) => sum + text.length, 0) * 9 < MOST - BESIDE) return true;
    return texts.reduce((sum, text) => sum + weigh(text), 0) <= MOST - BESIDE;
}

function say(field, kind, length) {
    unsay(field);
    const line = document.createElement("p");
    line.className = "utrecht-form-field-error-message";
    line.setAttribute("role", "alert");
    line.dataset.tooLargeSays = kind;
    line.textContent = document.body.dataset[kind].replace("{n}", length.toLocaleString(document.documentElement.lang));
    if (field.id) {
        line.id = `${field.id}-too-large`;
        field.setAttribute("aria-describedby", `${line.id} ${field.getAttribute("aria-describedby") ?? ""}`.trim());
    }
    field.setAttribute("aria-invalid", "true");
    (field.closest(".search") ?? field).before(line);
}

function unsay(field) {
    const line = (field.closest(".search") ?? field).previousElementSibling;
    if (line?.dataset.tooLargeSays === undefined) return;
    const others = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== line.id);
    if (others.length) field.setAttribute("aria-describedby", others.join(" "));
    else field.removeAttribute("aria-describedby");
    line.remove();
    if (!field.closest(".field--invalid")) field.removeAttribute("aria-invalid");
}

// Files that are together more than data-most-bytes of their field.
function heavyFiles(form) {
    return [...form.elements].find((field) => field.type === "file" && weighFiles(field) > (Number(field.dataset.mostBytes) || Infinity));
}

function weighFiles(field) {
    return [...field.files].reduce((sum, file) => sum + file.size, 0);
}

function judge(form) {
    const texts = fields(form);
    const files = heavyFiles(form);
    if (!files && fits(form)) {
        if (form.dataset.tooLarge !== undefined) [...form.elements].filter((field) => field.type === "file" || texts.includes(field)).forEach(unsay);
        delete form.dataset.tooLarge;
        return true;
    }
    form.dataset.tooLarge = "";
    if (files) {
        say(files, "textFilesTooLarge", Math.ceil(weighFiles(files) / 1_000_000));
        return false;
    }
    const heaviest = texts.reduce((most, field) => (field.value.length > most.value.length ? field : most));
    texts.filter((field) => field !== heaviest).forEach(unsay);
    say(heaviest, "textTooLarge", heaviest.value.length);
    return false;
}

function isOurs(field) {
    return field?.form && (KINDS.includes(field.type) || field.type === "file");
}

// Pasted, dropped or put there by a tool: refused before it is in the field. The text that it takes the place of counts too, which may
// refuse a little early; nobody replaces two million letters by hand.
document.addEventListener("beforeinput", (event) => {
    const text = event.data ?? event.dataTransfer?.getData("text/plain") ?? "";
    if (text.length < 1000 || !isOurs(event.target) || fits(event.target.form, text)) return;
    event.preventDefault();
    say(event.target, "textNotPasted", text.length);
}, true);

document.addEventListener("input", (event) => {
    const field = event.target;
    if (!isOurs(field)) return;
    unsay(field);
    judge(field.form);
}, true);

// Before every other listener: what is too large is neither sent nor marked as sent.
document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog" || judge(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.querySelector("[data-too-large-says]")?.parentElement.querySelector("[aria-invalid]")?.focus();
}, true);

// Parts of a page that are fetched with the form wait too; the reason stands at the field.
document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb !== "get" && event.detail.elt.closest("form")?.dataset.tooLarge !== undefined) event.preventDefault();
});
