// The link of an invitation carries its secret behind the #, which no server sees: put it in the field and forget it.

const form = document.querySelector("[data-code-from-fragment]");
const code = decodeURIComponent(location.hash.slice(1));
if (form && /^[\w-]{20,}$/.test(code)) {
    form.elements.namedItem("code").value = code;
    history.replaceState(null, "", location.pathname + location.search);
    form.querySelector("button").focus();
}
