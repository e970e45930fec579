// The live board: says when its figures are old and since when. On the wall also: the clock, full screen, and staying awake.

const ZONE = "Europe/Amsterdam"; // as every time on the page
const OLD = 45000; // figures are fetched every 10 or 15 seconds
const board = document.querySelector("[data-board]");
const wall = document.querySelector("[data-wall]");
const format = (at, withSeconds) => new Intl.DateTimeFormat(document.documentElement.lang || "nl",
    { timeZone: ZONE, hour: "2-digit", minute: "2-digit", ...(withSeconds ? { second: "2-digit" } : {}) }).format(at);
let fetchedAt = Date.now(); // by our clock: the server's may differ

function look() {
    const isOld = Date.now() - fetchedAt > OLD;
    for (const place of document.querySelectorAll("[data-board-stale]")) {
        const text = isOld ? place.dataset.text.replace("{time}", format(fetchedAt, true)) : "";
        if (place.textContent !== text) place.textContent = text;
        place.hidden = !isOld;
    }
    for (const place of document.querySelectorAll("[data-board-fresh]")) place.hidden = isOld;
    board?.classList.toggle("is-stale", isOld);
    for (const place of document.querySelectorAll("[data-wall-clock]")) {
        const text = format(Date.now());
        if (place.textContent !== text) place.textContent = text;
    }
}

document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== board) return;
    fetchedAt = Date.now();
    look();
});
look();
setInterval(look, 1000);

// A screen on the wall has nobody to touch it.
async function stayAwake() {
    try { if (!document.hidden) await navigator.wakeLock?.request("screen"); } catch { /* not allowed now: the next time it is shown */ }
}

if (wall) {
    const button = wall.querySelector("[data-wall-full]");
    if (button && document.fullscreenEnabled) {
        button.hidden = false;
        button.addEventListener("click", () => document.documentElement.requestFullscreen().catch(() => {}));
        document.addEventListener("fullscreenchange", () => { button.hidden = Boolean(document.fullscreenElement); });
    }
    stayAwake();
    document.addEventListener("visibilitychange", stayAwake);
}
