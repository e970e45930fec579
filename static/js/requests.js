// Requests by htmx: the CSRF token and a form key go along, and a request that fails says so instead of staying silent.
// The form key makes an act count once; when it has counted, a form that stays on the page gets a new one.
// A thin line on top shows after 0.3 s that something is under way.

const token = document.querySelector('meta[name="csrf-token"]')?.content;
const line = document.createElement("div");
line.className = "page-progress";
line.setAttribute("aria-hidden", "true");
document.body.append(line);
let underWay = 0;

// The place for messages: in the open dialog, which lies over the page, or in the page's own region.
function region() {
    return document.querySelector("dialog[open] .dialog__body") ?? document.querySelector("[data-flashes]");
}

function forget() {
    document.querySelectorAll("[data-request-failed]").forEach((old) => old.remove());
}

function put(box) {
    forget();
    box.dataset.requestFailed = "";
    region()?.prepend(box);
    box.scrollIntoView({ block: "nearest" });
}

function tell(text, link) {
    const box = document.createElement("div");
    box.className = "utrecht-alert utrecht-alert--error";
    const content = document.createElement("div");
    content.className = "utrecht-alert__content";
    content.textContent = text;
    if (link) {
        const anchor = document.createElement("a");
        anchor.href = link;
        anchor.target = "_blank";
        anchor.textContent = words("signIn");
        content.append(anchor);
    }
    box.append(content);
    put(box);
}

// A refusal never takes the place of the part that was sent: what was typed stays, the refusal stands above.
document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status < 400 || !xhr.responseText.includes("data-refusal")) return;
    event.detail.shouldSwap = false;
    const box = new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("[data-refusal]");
    if (box && !quiet(event.detail.requestConfig?.elt)) put(document.adoptNode(box));
});

// What a screen asks by itself, on a clock or because of the stream, is no use of the session: a page left open signs out in time.
// Typing tells other parts of the page through kcc:panel and kcc:answers: that is somebody at work.
function isByItself(cause) {
    return !cause || (cause.type.startsWith("kcc:") && !["kcc:panel", "kcc:answers"].includes(cause.type));
}

document.addEventListener("htmx:configRequest", (event) => {
    if (isByItself(event.detail.triggeringEvent)) event.detail.headers["X-KCC-Background"] = "1";
    if (event.detail.verb === "get") return;
    if (token) event.detail.headers["X-CSRFToken"] = token;
    if (!event.detail.parameters.form_key) event.detail.headers["X-KCC-Form-Key"] = newKey();
});

function newKey() {
    if (crypto.randomUUID) return crypto.randomUUID();
    // Without TLS on another machine than this one there is no randomUUID.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
document.addEventListener("htmx:beforeRequest", () => {
    underWay += 1;
    line.classList.add("page-progress--on");
});
document.addEventListener("htmx:afterRequest", (event) => {
    underWay = Math.max(0, underWay - 1);
    if (!underWay) line.classList.remove("page-progress--on");
    if (!event.detail.successful) return;
    forget();
    const key = event.detail.requestConfig?.verb === "get" ? null : event.detail.elt.closest("form")?.querySelector("[name='form_key']");
    if (key && key.value === event.detail.requestConfig.parameters.form_key) key.value = newKey();
});
document.addEventListener("htmx:sendError", (event) => {
    if (!quiet(event.detail.elt)) tell(words("offline"));
});
document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr?.status;
    if (status === 401) { tell(words("signedOut"), event.detail.xhr.getResponseHeader("X-KCC-Sign-In")); return; }
    const told = event.detail.xhr?.responseText?.includes("data-refusal") || status === 409 || status === 422;
    if (!told && !quiet(event.detail.elt)) tell(words("failed"));
});

// Refreshing by itself must not shout: the next poll tries again.
function quiet(element) {
    const trigger = element?.getAttribute("hx-trigger") ?? "";
    return trigger.includes("every") || trigger.includes("kcc:");
}

function words(key) {
    return document.body.dataset[`text${key[0].toUpperCase()}${key.slice(1)}`] ?? "";
}

// Fields named in an error summary get the focus, so that a screen reader hears what must be repaired.
document.querySelector("[data-focus-on-load]")?.focus();
document.addEventListener("htmx:afterSwap", (event) => {
    event.target.querySelector?.("[data-focus-on-load]")?.focus();
});
