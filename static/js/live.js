// Live updates: an event of kind "task" from the server becomes the event "kcc:task" on <body>, and hx-trigger="kcc:task from:body"
// refreshes what listens. The stream is never paused in the background: an agent in another tab must hear her next call.
// A missed event does no harm: polling (hx-trigger="… , every 30s") stays the truth, and after each reconnect "kcc:sync" says: look again.

const url = document.body.dataset.liveUrl;
const places = document.querySelectorAll("[data-live-status]");

function show(state) {
    for (const place of places) {
        for (const name of ["on", "off", "wait"]) place.classList.toggle(`live--${name}`, name === state);
        const word = place.dataset[`text${state[0].toUpperCase()}${state.slice(1)}`] ?? "";
        const text = place.querySelector(".live__text");
        if (text && text.textContent !== word) text.textContent = word;
        place.title = word;
    }
}

function announce(kind, detail) {
    document.body.dispatchEvent(new CustomEvent(`kcc:${kind}`, { bubbles: true, detail }));
}

function read(data) {
    try { return JSON.parse(data); } catch { return { text: data }; }
}

if (url && "EventSource" in window) {
    const kinds = (document.body.dataset.liveKinds ??
        "task ticket conversation contact message mail offer work item queue presence call bulletin incident feedback article job board notice account route setup rating counter form crisis").split(/\s+/);
    let source;
    let wait = 500;
    let lost = false;
    let offTimer;

    function connect() {
        source = new EventSource(url, { withCredentials: true });
        source.onopen = () => {
            clearTimeout(offTimer);
            wait = 500;
            show("on");
            if (lost) announce("sync", {});
            lost = false;
        };
        // "event: task" with {"k": "task", "m": 3, "id": "…"}, or the same without an event name.
        source.onmessage = (event) => {
            const detail = read(event.data);
            if (detail?.k) announce(detail.k, detail);
        };
        for (const kind of kinds) source.addEventListener(kind, (event) => announce(kind, read(event.data)));
        // The stream itself lost its ear for a moment: look again.
        source.addEventListener("resync", () => announce("sync", {}));
        source.onerror = () => {
            lost = true;
            show("wait");
            clearTimeout(offTimer);
            offTimer = setTimeout(() => show("off"), 5000);
            // The browser reconnects by itself unless the server refused; then we do.
            if (source.readyState === EventSource.CLOSED) {
                setTimeout(connect, wait + Math.random() * 300);
                wait = Math.min(wait * 2, 30000);
            }
        };
    }

    show("wait");
    connect();
    window.addEventListener("online", () => { if (source.readyState === EventSource.CLOSED) connect(); });
    window.addEventListener("pagehide", () => source.close());
    window.addEventListener("pageshow", (event) => { if (event.persisted) { lost = true; connect(); } });
}
