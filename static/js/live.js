// Live updates. An event of kind "task" from the server becomes the event "kcc:task" on <body>; hx-trigger="kcc:task from:body, kcc:sync from:body"
// refreshes what listens. Events only wake: the truth is polled. "kcc:sync" says "look again": once a minute, every 15 seconds
// while there is no stream, after each reconnect, and when a hidden tab is shown again.
// All tabs of one browser share one stream: the tab that holds the lock has it and passes on what it hears. When that tab
// goes, the next one gets the lock. Without locks (plain http on another machine) each tab has a stream of its own.

const url = document.body.dataset.liveUrl;
const KINDS = ["agent", "article", "board", "bulletin", "call", "conversation", "counter", "crisis", "feedback", "file", "form", "incident", "job", "mail", "offer",
    "presence", "queue", "rating", "setup", "task", "ticket"];
// These cannot wait for the tab to be looked at, nor for others to fetch first.
const AT_ONCE = new Set(["call", "offer", "presence", "crisis", "sync"]);
const POLL = 60000, POLL_WITHOUT_STREAM = 15000;
const SILENT = 40000; // the server says something at least every 15 seconds
const SHOW_LOSS_AFTER = 5000, SHOW_HEALED_FOR = 6000, TAKE_OVER_AFTER = 15000;
const ZONE = "Europe/Amsterdam"; // as every time on the page
const GAP = 1500; // between two refreshes for one kind
const RETRY_FIRST = 1000, RETRY_MOST = 15000;

const places = document.querySelectorAll("[data-live-status]");
const timers = new Map(), last = new Map(), kept = new Set();
let state = "wait", lostAt = Date.now(), synced = Date.now() - Math.random() * 20000;

// -- on screen ----------------------------------------------------------------------------------------------------------

function write(name, word) {
    for (const place of places) {
        for (const one of ["on", "off", "wait", "healed"]) place.classList.toggle(`live--${one}`, one === name);
        const text = place.querySelector(".live__text");
        if (text && text.textContent !== word) text.textContent = word;
        place.title = name === "off" ? `${word}. ${place.dataset.textPolling ?? ""}` : word;
    }
}

function words(name) {
    const time = new Intl.DateTimeFormat(document.documentElement.lang || "nl", { timeZone: ZONE, hour: "2-digit", minute: "2-digit" }).format(lostAt);
    return (places[0]?.dataset[`text${name[0].toUpperCase()}${name.slice(1)}`] ?? "").replace("{time}", time);
}

let showTimer;
function become(next) {
    if (next === state) return;
    const wasShown = places[0]?.classList.contains("live--off");
    clearTimeout(showTimer);
    if (state === "on") lostAt = Date.now();
    state = next;
    document.body.dispatchEvent(new CustomEvent("kcc:live", { detail: { state, lostAt } }));
    if (next === "on") {
        write(wasShown ? "healed" : "on", words(wasShown ? "healed" : "on"));
        if (wasShown) showTimer = setTimeout(() => write("on", words("on")), SHOW_HEALED_FOR);
    } else {
        if (!wasShown) write("wait", words("wait"));
        showTimer = setTimeout(() => write("off", words("off")), Math.max(0, SHOW_LOSS_AFTER - (Date.now() - lostAt)));
    }
}

// -- waking what listens ------------------------------------------------------------------------------------------------

function announce(kind, detail = {}) {
    clearTimeout(timers.get(kind));
    timers.delete(kind);
    last.set(kind, Date.now());
    if (kind === "sync") {
        synced = Date.now();
        kept.clear();
    }
    document.body.dispatchEvent(new CustomEvent(`kcc:${kind}`, { bubbles: true, detail }));
}

// Many events of a kind become one refresh; many receivers of an event fetch one after the other (w: over how many ms).
function hear(kind, detail) {
    if (AT_ONCE.has(kind)) return announce(kind, detail);
    if (document.hidden) return void kept.add(kind);
    if (timers.has(kind)) return;
    const wait = Math.max(Math.random() * (detail.w ?? 0), (last.get(kind) ?? 0) + GAP - Date.now(), 0);
    timers.set(kind, setTimeout(() => announce(kind, detail), wait));
}

function poll() {
    if (document.hidden) return;
    if (Date.now() - synced > (state === "on" ? POLL : POLL_WITHOUT_STREAM)) announce("sync");
}

document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    if (Date.now() - synced > POLL_WITHOUT_STREAM) return announce("sync");
    for (const kind of kept) announce(kind);
    kept.clear();
});
setInterval(poll, 5000);

// -- the stream, in the tab that leads ----------------------------------------------------------------------------------

const channel = "BroadcastChannel" in window ? new BroadcastChannel("kcc-live") : null;
let source, letGo, heardAt = Date.now(), wait = RETRY_FIRST, reconnect;

function tell(message) {
    channel?.postMessage(message);
    receive(message);
}

function receive({ kind, detail, is }) {
    heardAt = Date.now();
    if (is) become(is);
    if (kind) hear(kind, detail ?? {});
}

function read(data) {
    try { return JSON.parse(data); } catch { return {}; }
}

function connect() {
    clearTimeout(reconnect);
    source?.close();
    heardAt = Date.now();
    source = new EventSource(url, { withCredentials: true });
    source.addEventListener("hello", () => {
        wait = RETRY_FIRST;
        tell({ is: "on", kind: "sync" });
    });
    source.addEventListener("beat", () => tell({ is: "on" }));
    // The stream's own ear was away for a moment, or what may be seen changed.
    source.addEventListener("resync", () => tell({ kind: "sync" }));
    for (const kind of KINDS) source.addEventListener(kind, (event) => tell({ kind, detail: read(event.data) }));
    source.onerror = () => {
        tell({ is: "off" });
        // The browser comes back by itself after a loss, not after a refusal or when nobody is there: then we do.
        if (source.readyState !== EventSource.CLOSED) return;
        clearTimeout(reconnect);
        reconnect = setTimeout(connect, wait * (0.7 + Math.random() * 0.6));
        wait = Math.min(wait * 2, RETRY_MOST);
    };
}

function stop() {
    clearTimeout(reconnect);
    source?.close();
    source = undefined;
    letGo?.();
    letGo = undefined;
}

function lead(options = {}) {
    if (!navigator.locks || !channel) return connect();
    navigator.locks.request(`kcc-live ${url}`, options, () => new Promise((resolve) => {
        letGo = resolve;
        connect();
    })).catch(() => {
        // Another tab took over because it heard nothing from us.
        letGo = undefined;
        stop();
        lead();
    });
}

function watch() {
    if (source) {
        if (Date.now() - heardAt > SILENT) {
            tell({ is: "off" });
            connect();
        }
        return;
    }
    // This tab follows. When it hears nothing and somebody looks at it, it takes the stream over.
    const silent = Date.now() - heardAt;
    if (silent > SILENT) become("off");
    if (!document.hidden && silent > SILENT + TAKE_OVER_AFTER) {
        heardAt = Date.now();
        lead({ steal: true });
    }
}

if (url && "EventSource" in window) {
    write("wait", words("wait"));
    showTimer = setTimeout(() => write("off", words("off")), SHOW_LOSS_AFTER);
    if (channel) {
        channel.onmessage = ({ data }) => {
            // Only a newcomer's question is no news.
            if (data.ask) { if (source) channel.postMessage({ is: state === "on" ? "on" : "off" }); } else receive(data);
        };
        channel.postMessage({ ask: true });
    }
    lead();
    setInterval(watch, 5000);
    window.addEventListener("online", () => { if (source) connect(); });
    window.addEventListener("pagehide", stop);
    window.addEventListener("pageshow", (event) => { if (event.persisted) lead(); });
}
