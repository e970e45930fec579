// Who else has this ticket open: data-presence="URL" on the place where that is said. Every 20 seconds, at once when the stream says
// that somebody came or went, and only while somebody is at this screen: a page left open must neither claim that its
// reader looks along nor keep a session alive. Who closes the page says so (data-leave="URL").

const EVERY = 20000;
const AT_THE_SCREEN = 5 * 60000;
const place = document.querySelector("[data-presence]");
const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
let lastSign = Date.now();

for (const sign of ["pointermove", "keydown", "scroll", "focus"]) {
    window.addEventListener(sign, () => { lastSign = Date.now(); }, { passive: true });
}

async function tell() {
    if (document.hidden || Date.now() - lastSign > AT_THE_SCREEN) return;
    try {
        const response = await fetch(place.dataset.presence, {
            method: "POST",
            headers: { "X-CSRFToken": token, "HX-Request": "true" },
            body: new URLSearchParams({ version: place.dataset.version }),
        });
        // Not signed in any more, or no connection: the page itself says so when something is sent.
        if (!response.ok) return;
        const text = (await response.text()).trim();
        if (text === place.dataset.shown) return;
        place.dataset.shown = text;
        place.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
    } catch { /* the next time tries again */ }
}

function leave() {
    navigator.sendBeacon?.(place.dataset.leave, new URLSearchParams({ csrf_token: token }));
}

if (place) {
    tell();
    setInterval(tell, EVERY);
    const isThis = (event) => { if (event.detail?.id && place.dataset.presence.includes(event.detail.id)) tell(); };
    for (const kind of ["presence", "ticket"]) document.body.addEventListener(`kcc:${kind}`, isThis);
    document.body.addEventListener("kcc:sync", tell);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) tell(); });
    window.addEventListener("pagehide", leave);
}
