// data-timer-since="2026-11-23T09:40:00Z" shows the time passed as mm:ss (h:mm:ss after an hour), each second.
// data-timer-offset on <html> may hold the difference in milliseconds between the server's clock and ours.

const offset = Number(document.documentElement.dataset.timerOffset ?? 0);

function pair(number) {
    return String(number).padStart(2, "0");
}

function passed(since) {
    const seconds = Math.max(0, Math.floor((Date.now() + offset - Date.parse(since)) / 1000));
    const hours = Math.floor(seconds / 3600);
    const minutes = Math.floor((seconds % 3600) / 60);
    return hours ? `${hours}:${pair(minutes)}:${pair(seconds % 60)}` : `${pair(minutes)}:${pair(seconds % 60)}`;
}

function tick() {
    for (const place of document.querySelectorAll("[data-timer-since]")) {
        const text = passed(place.dataset.timerSince);
        if (place.textContent !== text && !text.includes("NaN")) place.textContent = text;
    }
}

tick();
setInterval(tick, 1000);
document.addEventListener("htmx:load", tick);
