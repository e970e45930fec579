// The button that changes between a light and a dark screen. The choice is kept in the cookie kcc_theme, so that the server
// draws the next page in it from the first moment; without a choice the system decides.

const root = document.documentElement;
const buttons = document.querySelectorAll("[data-theme-toggle]");

function dark() {
    const chosen = root.dataset.theme;
    return chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
}

function label() {
    buttons.forEach((button) => {
        button.hidden = false;
        button.textContent = dark() ? button.dataset.textLight : button.dataset.textDark;
    });
}

buttons.forEach((button) => button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `kcc_theme=${root.dataset.theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    label();
}));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
label();
