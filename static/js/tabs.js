// data-tab-key="conversation-12" (say, on <main>) warns when the same thing is open in another tab, so that nobody writes in two places.
// The text to show stands in data-tab-warning; the message appears in the region for messages.

const holder = document.querySelector("[data-tab-key]");

if (holder && "BroadcastChannel" in window) {
    const me = crypto.randomUUID ? crypto.randomUUID() : String(Math.random());
    const channel = new BroadcastChannel("kcc-tabs");
    const others = new Set();

    function draw() {
        const region = document.querySelector("[data-flashes]");
        if (!region) return;
        const old = region.querySelector("[data-tab-message]");
        if (!others.size) { old?.remove(); return; }
        if (old) return;
        const box = document.createElement("div");
        box.className = "utrecht-alert utrecht-alert--warning";
        box.dataset.tabMessage = "";
        const content = document.createElement("div");
        content.className = "utrecht-alert__content";
        content.textContent = holder.dataset.tabWarning ?? "";
        box.append(content);
        region.append(box);
    }

    function say(word) {
        channel.postMessage({ word, key: holder.dataset.tabKey, from: me });
    }

    channel.addEventListener("message", ({ data }) => {
        if (data.key !== holder.dataset.tabKey || data.from === me) return;
        if (data.word === "gone") others.delete(data.from);
        else others.add(data.from);
        if (data.word === "here") say("too");
        draw();
    });
    say("here");
    window.addEventListener("pagehide", () => say("gone"));
    window.addEventListener("pageshow", (event) => { if (event.persisted) say("here"); });
}
