// While a house colour is typed: its contrast on white, as the server computes it (kcc/municipalities/rules_colours.py).
const channel = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);

function luminance(colour) {
  const parts = [1, 3, 5].map((at) => channel(parseInt(colour.slice(at, at + 2), 16) / 255));
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}

for (const form of document.querySelectorAll("[data-colour-check]")) {
  const field = form.querySelector("input[name=own_colour]");
  const answer = form.parentElement.querySelector("[data-colour-answer]");
  field.addEventListener("input", () => {
    const typed = field.value.trim().toLowerCase();
    if (!/^#?[0-9a-f]{6}$/.test(typed)) { answer.textContent = ""; return; }
    const ratio = 1.05 / (luminance(typed.startsWith("#") ? typed : `#${typed}`) + 0.05);
    const shown = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(ratio);
    const { textRatio, textGood, textPoor } = form.dataset;
    answer.textContent = `${textRatio.replace("{n}", shown)} ${ratio >= 4.5 ? textGood : textPoor}`;
  });
}
