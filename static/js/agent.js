// The agent's place in the queue, in the bar: data-agent-bar="URL of the part" data-agent-beat="URL". Looks again when the stream says so and
// every 10 seconds, and says every 30 that this screen is there. Such requests do not count as using the session: a page left
// open signs out in time, and then its agent is offline.

const place = document.querySelector("[data-agent-bar]");
const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
const title = document.title;
let shown = "";

async function look() {
    // Nothing is taken from under the hands of somebody who is choosing.
    if (place.querySelector("details[open]") || place.contains(document.activeElement)) return;
    try {
        const response = await fetch(place.dataset.agentBar, { headers: { "HX-Request": "true", "X-KCC-Background": "1" } });
        if (response.ok) put(await response.text());
    } catch { /* the next time tries again */ }
}

// Two copies of one part differ in their form keys only.
function bare(text) {
    return text.replace(/name="(form_key|csrf_token)"[^>]*/g, "");
}

function put(text) {
    if (bare(text) === bare(shown)) return;
    shown = text;
    place.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
    tick();
}

async function beat() {
    try {
        await fetch(place.dataset.agentBeat, { method: "POST", headers: { "X-CSRFToken": token, "X-KCC-Background": "1" } });
    } catch { /* the next time tries again */ }
}

function tick() {
    const offer = place.querySelector("[data-offer-until]");
    document.title = title;
    if (!offer) return;
    const left = Math.ceil((Date.parse(offer.dataset.offerUntil) - Date.now()) / 1000);
    if (left < -3) { look(); return; }
    offer.querySelector("[data-offer-left]").textContent = String(Math.max(0, left));
    offer.querySelector("[data-offer-track]").style.inlineSize = `${Math.max(0, Math.min(100, left * 5))}%`;
    // Seen in another tab too, and without sound.
    if (left > 0 && left % 2) document.title = `● ${offer.dataset.title}`;
}

if (place) {
    look();
    beat();
    setInterval(look, 10000);
    setInterval(beat, 30000);
    setInterval(tick, 1000);
    for (const kind of ["agent", "offer", "sync"]) document.body.addEventListener(`kcc:${kind}`, look);
}
