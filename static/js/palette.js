// The command palette (Ctrl+K): all links of the menu, all elements with data-command, all elements with a key.
// A combobox with a listbox, as the ARIA practices describe: the focus stays in the field, arrows choose, Enter does.

const palette = document.querySelector("[data-palette]");

if (palette) {
    const input = palette.querySelector("[data-palette-input]");
    const list = palette.querySelector("[data-palette-list]");
    const none = palette.querySelector("[data-palette-none]");
    let commands = [];
    let shown = [];
    let chosen = 0;

    document.querySelectorAll("[data-palette-open]").forEach((opener) => {
        opener.hidden = false;
        opener.addEventListener("click", open);
    });

    function label(element) {
        if (element.dataset.command) return element.dataset.command;
        const copy = element.cloneNode(true);
        copy.querySelectorAll("kbd, [aria-hidden='true']").forEach((part) => part.remove());
        return (element.getAttribute("aria-label") || copy.textContent || "").replace(/\s+/g, " ").trim();
    }

    function gather() {
        const found = new Map();
        for (const element of document.querySelectorAll(".nav__link, [data-command], a[data-key], button[data-key]")) {
            if (palette.contains(element) || element.disabled || element.hidden) continue;
            const words = label(element);
            if (words && !found.has(words)) found.set(words, { words, element, key: element.dataset.key ?? "" });
        }
        return [...found.values()];
    }

    // Letters in order, words first: "wa ver" finds "Wachtrij verversen".
    function score(words, query) {
        const text = words.toLowerCase();
        let points = 0;
        for (const part of query.toLowerCase().split(/\s+/).filter(Boolean)) {
            const at = text.indexOf(part);
            if (at < 0) return -1;
            points += at === 0 ? 3 : text[at - 1] === " " ? 2 : 1;
        }
        return points;
    }

    function draw() {
        shown = commands.map((command) => ({ ...command, points: score(command.words, input.value) }))
            .filter((command) => command.points >= 0).sort((a, b) => b.points - a.points).slice(0, 30);
        chosen = Math.min(chosen, Math.max(0, shown.length - 1));
        list.replaceChildren(...shown.map((command, index) => {
            const item = document.createElement("li");
            item.id = `palette-${index}`;
            item.className = "palette__item";
            item.setAttribute("role", "option");
            item.setAttribute("aria-selected", String(index === chosen));
            const words = document.createElement("span");
            words.textContent = command.words;
            item.append(words);
            if (command.key) {
                const key = document.createElement("kbd");
                key.className = "kbd";
                key.setAttribute("aria-hidden", "true");
                key.textContent = command.key.replaceAll("+", " ");
                item.append(key);
            }
            item.addEventListener("click", () => run(index));
            return item;
        }));
        list.hidden = shown.length === 0;
        none.textContent = shown.length ? "" : none.dataset.text;
        if (shown.length) input.setAttribute("aria-activedescendant", `palette-${chosen}`);
        else input.removeAttribute("aria-activedescendant");
        list.children[chosen]?.scrollIntoView({ block: "nearest" });
    }

    function open() {
        if (palette.open) return;
        commands = gather();
        input.value = "";
        chosen = 0;
        palette.showModal();
        draw();
        input.focus();
    }

    function run(index) {
        const command = shown[index];
        if (!command) return;
        palette.close();
        command.element.closest("details")?.setAttribute("open", "");
        if (command.element.matches("input, textarea, select")) command.element.focus();
        else command.element.click();
    }

    input.addEventListener("input", () => { chosen = 0; draw(); });
    input.addEventListener("keydown", (event) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (step && shown.length) {
            event.preventDefault();
            chosen = (chosen + step + shown.length) % shown.length;
            draw();
        } else if (event.key === "Enter") {
            event.preventDefault();
            run(chosen);
        }
    });
    palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
    document.addEventListener("keydown", (event) => {
        if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
            event.preventDefault();
            if (palette.open) palette.close();
            else open();
        }
    });
}
