// The kiosk goes back by itself: data-kiosk-home="URL" data-kiosk-after="seconds". Every touch begins the time anew, so that who reads
// slowly is not sent away; "Laat dit staan" is a page without a clock. The print button shows only where there is a printer to ask.

const place = document.querySelector("[data-kiosk-home]");
let timer;

function begin() {
    clearTimeout(timer);
    timer = setTimeout(() => { window.location.replace(place.dataset.kioskHome); }, Number(place.dataset.kioskAfter) * 1000);
}

if (place) {
    begin();
    for (const sign of ["pointerdown", "keydown", "scroll"]) window.addEventListener(sign, begin, { passive: true });
}

const print = document.querySelector("[data-kiosk-print]");
if (print && typeof window.print === "function") {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
}
