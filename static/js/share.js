// Dragging work to an agent: [data-drag] dropped on [data-drop] chooses that agent in the item's own form, and puts the cursor at the
// reason, so that nothing is given without one. Without a mouse the same form is there.

const place = document.querySelector("[data-share]");

function prepare() {
    for (const item of place.querySelectorAll("[data-drag]")) item.draggable = Boolean(item.querySelector("form"));
}

place?.addEventListener("dragstart", (event) => {
    const item = event.target.closest?.("[data-drag]");
    if (!item) return;
    event.dataTransfer.setData("text/plain", item.dataset.drag);
    event.dataTransfer.effectAllowed = "move";
});

for (const kind of ["dragover", "dragleave", "drop"]) {
    place?.addEventListener(kind, (event) => {
        const agent = event.target.closest?.("[data-drop]");
        if (!agent) return;
        agent.classList.toggle("share__agent--over", kind === "dragover");
        if (kind === "dragleave") return;
        event.preventDefault();
        if (kind === "drop") give(event.dataTransfer.getData("text/plain"), agent.dataset.drop);
    });
}

function give(itemId, accountId) {
    const item = place.querySelector(`[data-drag="${CSS.escape(itemId)}"]`);
    const choice = item?.querySelector('select[name="account_id"]');
    if (!choice) return;
    choice.value = accountId;
    choice.closest("details").open = true;
    item.scrollIntoView({ block: "nearest" });
    item.querySelector('select[name="reason"]').focus();
}

if (place) {
    prepare();
    document.addEventListener("htmx:load", prepare);
}
