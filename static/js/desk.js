// The desk: picking a topic, keys for outcomes, Enter that never sends the whole form by accident.
// Everything here is comfort: without script each of these is a submit button of the one form.

const desk = document.querySelector("[data-desk]");
let byKey = false;

function tell(name) {
    document.body.dispatchEvent(new CustomEvent(name));
}

function pick(name) {
    const field = desk.querySelector("[data-topic]");
    field.value = name;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    document.getElementById("topics")?.replaceChildren();
    tell("kcc:panel");
    tell("kcc:answers");
    desk.querySelector("[data-notes]")?.focus();
}

if (desk) {
    desk.addEventListener("click", (event) => {
        const colleague = event.target.closest?.("[data-pick-colleague]");
        if (!colleague) return;
        event.preventDefault();
        const field = desk.querySelector("[data-colleague]");
        field.value = colleague.dataset.pickColleague;
        field.dispatchEvent(new Event("change", { bubbles: true }));
        document.getElementById("colleagues").replaceChildren();
        field.focus();
    });

    desk.addEventListener("click", (event) => {
        const chip = event.target.closest?.("[data-pick-topic]");
        if (!chip) return;
        event.preventDefault();
        pick(chip.dataset.pickTopic);
    });

    // Tab goes on from the topic to the notes, whether or not suggestions came meanwhile: Enter takes the first of them,
    // and the arrows go through all topics.
    const beside = () => document.querySelectorAll("#topics [data-pick-topic]").forEach((chip) => { chip.tabIndex = -1; });
    beside();

    // A topic that is known asks for its answer and its department, also when it came from the list of the browser.
    let asked = desk.querySelector("[data-topic-known]")?.dataset.topicKnown;
    document.addEventListener("htmx:afterSwap", (event) => {
        if (event.target.id !== "topics") return;
        beside();
        const known = event.target.querySelector("[data-topic-known]")?.dataset.topicKnown;
        if (known && known !== asked) {
            tell("kcc:panel");
            tell("kcc:answers");
        }
        asked = known;
    });

    // Somebody is known from the first letter on: the warning that notes will be wiped goes and comes.
    desk.addEventListener("input", (event) => {
        const note = desk.querySelector("[data-anonymous-note]");
        if (!note || !event.target.matches("#name, #number, #panel input[type='tel'], #panel input[type='email']")) return;
        const fields = desk.querySelectorAll("#name, #number, #panel input[type='tel'], #panel input[type='email']");
        note.hidden = Boolean(desk.querySelector("[data-testid='party']")) || [...fields].some((field) => field.value.trim());
    });

    // Notes make the search better once they rest.
    desk.addEventListener("change", (event) => {
        if (event.target.matches("[data-notes]") && !desk.querySelector("[name='search']").value) tell("kcc:answers");
        if (event.target.matches("[data-reloads]")) desk.requestSubmit(desk.querySelector("button[value='save']"));
    });

    desk.addEventListener("keydown", (event) => {
        const field = event.target;
        if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing || field.tagName !== "INPUT") return;
        if (["radio", "checkbox", "submit", "button"].includes(field.type)) {
            event.preventDefault();
            return;
        }
        event.preventDefault();
        if (field.matches("[data-topic]")) {
            enterTopic(field);
        } else if (field.name.startsWith("find_")) {
            desk.querySelector("[data-testid='find-party']")?.click();
        } else if (field.name === "search") {
            tell("kcc:answers");
        }
    });

    // Alt with 1 to 5 chooses the outcome from anywhere, also in the middle of a sentence.
    document.addEventListener("keydown", (event) => {
        const digit = /^Digit([1-5])$/.exec(event.code)?.[1];
        if (!digit || !event.altKey || event.shiftKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
        const choice = desk.querySelector(`[data-outcome="${digit}"]`);
        if (!choice) return;
        event.preventDefault();
        byKey = true;
        choice.click();
    });

    // Passed on by key: the one thing that may still miss is the number to call.
    document.addEventListener("htmx:afterSwap", (event) => {
        if (event.target.id !== "panel" || !byKey) return;
        byKey = false;
        const phone = event.target.querySelector("input[type='tel']");
        if (phone && !phone.value) phone.focus();
    });
}

// Enter in the topic takes the first suggestion for what is typed now. Those on screen may still be of fewer letters, on a slow
// line: then it waits for the right ones, as long as nothing else is typed.
function enterTopic(field) {
    const typed = field.value;
    const same = (text) => text?.replace(/\s+/g, " ").trim() === typed.replace(/\s+/g, " ").trim();
    if (!typed.trim()) return;

    function take() {
        const place = document.getElementById("topics");
        if (!same(place.querySelector("[data-topics-for]")?.dataset.topicsFor)) return false;
        const name = place.querySelector("[data-pick-topic]")?.dataset.pickTopic ?? place.querySelector("[data-topic-known]")?.dataset.topicKnown;
        if (name) pick(name);
        return true;
    }

    function wait(event) {
        if (event.target.id !== "topics") return;
        if (document.activeElement !== field || field.value !== typed || take()) document.removeEventListener("htmx:afterSwap", wait);
    }

    if (!take()) document.addEventListener("htmx:afterSwap", wait);
}
