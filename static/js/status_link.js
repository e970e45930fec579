// The link in a mail carries reference and code behind its #, which no server sees: put them in the fields and forget them.

const form = document.querySelector("[data-from-fragment]");
const [reference, code] = decodeURIComponent(location.hash.slice(1)).split(".");
if (form && reference && code) {
    form.elements.namedItem("reference").value = reference;
    form.elements.namedItem("code").value = code;
    history.replaceState(null, "", location.pathname + location.search);
    form.querySelector("button").focus();
}
