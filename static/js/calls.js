// A call that rings: data-incoming="URL" is where the page looks when the stream says that something is offered or that a
// telephone was lifted. Without sound: who wants one leaves that to the telephone. A lifted telephone leads to its
// conversation by itself, unless another conversation is open here: what somebody types is never taken away.

const place = document.querySelector("[data-incoming]");
let asking = false;

async function look() {
    if (asking) return;
    asking = true;
    try {
        const have = place.querySelector("[data-pop-item]")?.dataset.popItem ?? "";
        const response = await fetch(`${place.dataset.incoming}?have=${have}`, { headers: { "HX-Request": "true", "X-KCC-Background": "1" } });
        if (response.status === 200) put(await response.text());
        else if (response.headers.get("X-KCC-Pop") === "none") place.replaceChildren();
        const to = response.headers.get("X-KCC-Go");
        if (to && !document.querySelector("[data-desk]") && location.pathname !== to) location.assign(to);
    } catch { /* the next time tries again */ } finally { asking = false; }
}

function put(text) {
    place.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
}

if (place) {
    look();
    setInterval(look, 10000);
    for (const kind of ["offer", "call", "sync"]) document.body.addEventListener(`kcc:${kind}`, look);
}
